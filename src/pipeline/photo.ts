/** Photos: decoded, and in the form that the device reads. */
import { BYTES } from '../kernels/dtype.ts';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A decoded photo. */
export interface Photo {
  /** Pixels per row, after the EXIF orientation was applied. */
  width: number;
  /** Number of rows. */
  height: number;
  /** [height, width, 4] sRGB bytes, row by row; the fourth byte is always 255. */
  rgba: Uint8Array;
  /** File name without its folder, for messages and default output names. */
  name?: string;
  /** 35 mm equivalent focal length in millimeters, from EXIF. */
  focal35mm?: number;
  /** Size in the file, if the photo was reduced while decoding. Prompts are given in these pixels. */
  original?: { width: number; height: number };
  /**
   * [height, width] of 0 and 1: 1 where a photo with transparent parts is opaque. Such a cut-out can be the mask of its object.
   */
  cutout?: Uint8Array;
  /** Sentences for the user on changes made while decoding, such as a reduced size. */
  notices?: string[];
}

/** A photo in the form that the device reads. */
export interface PhotoWords {
  readonly width: number;
  readonly height: number;
  /** [height, width] RGBA8 words, red in the low byte. */
  readonly words: Uint32Array;
}

/** The photo's bytes as words. WebGPU is little-endian, and so is every host that it runs on. */
export function wordsOf({ width, height, rgba }: Photo): PhotoWords {
  const aligned = rgba.byteOffset % BYTES.u32 === 0 ? rgba : rgba.slice();
  return { width, height, words: new Uint32Array(aligned.buffer, aligned.byteOffset, width * height) };
}
