/** Focal length from EXIF, the same in Node and in browsers. */
import ExifReader from 'exifreader';
import { messageOf } from './errors.ts';

export interface FocalLength {
  /** Millimeters on 36 mm film; undefined when the camera did not say. */
  focal35mm?: number;
  /** Why EXIF data that is there could not be used. */
  notice?: string;
}

/** Reads FocalLengthIn35mmFilm (EXIF 2.3, tag 0xA405; 0 means unknown) of an image file. Never throws: the field of view has a default. */
export function readFocalLength(file: Uint8Array): FocalLength {
  try {
    const { buffer, byteOffset, byteLength } = file;
    const tags = ExifReader.load(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
    const value: unknown = tags.FocalLengthIn35mmFilm?.value;
    return typeof value === 'number' && value > 0 ? { focal35mm: value } : {};
  } catch (error) {
    // A file without any metadata is the common case and no fault.
    if (error instanceof ExifReader.errors.MetadataMissingError) return {};
    return { notice: `The EXIF data cannot be read (${messageOf(error)}); its focal length is not used.` };
  }
}
