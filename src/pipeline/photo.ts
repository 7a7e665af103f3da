/** Photos: decoded, and in the form that the device reads. */
import { BYTES } from '../kernels/dtype.ts';

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A decoded photo: what every network and every host agrees on. */
export interface Photo {
  /** Pixels across, after the EXIF orientation was applied. */
  width: number;
  /** Pixels down. */
  height: number;
  /** [height, width, 4] sRGB bytes in row order; the fourth byte is always 255. */
  rgba: Uint8Array;
  /** Name for messages and default output names; no path. */
  name?: string;
  /** Focal length in millimeters on 36 mm film, from EXIF. */
  focal35mm?: number;
  /** Size of the file's picture, when the photo was reduced while decoding. Prompts are given in these pixels. */
  original?: { width: number; height: number };
  /** What was done to the photo that its owner may want to know, as sentences. */
  notices?: string[];
}

/** A photo as the device reads it. */
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
