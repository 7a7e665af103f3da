/** Reads the focal length from EXIF, in Node and in browsers. */
import ExifReader from 'exifreader';
import { messageOf } from './errors.ts';

export interface FocalLength {
  /** Millimeters for 35 mm film, whose frame is 36 mm wide; undefined if the camera did not store it. */
  focal35mm?: number;
  /** Why existing EXIF data could not be used. */
  notice?: string;
}

/** Reads FocalLengthIn35mmFilm (EXIF 2.3, tag 0xA405; 0 means unknown) of an image file. Never throws, because the field of view has a default. */
export function readFocalLength(file: Uint8Array): FocalLength {
  try {
    const { buffer, byteOffset, byteLength } = file;
    const tags = ExifReader.load(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    const value: unknown = tags.FocalLengthIn35mmFilm?.value;
    return typeof value === 'number' && value > 0 ? { focal35mm: value } : {};
  } catch (error) {
    // A file without metadata is common and not an error.
    if (error instanceof ExifReader.errors.MetadataMissingError) return {};
    return { notice: `The EXIF data cannot be read (${messageOf(error)}); the focal length is not used.` };
  }
}
