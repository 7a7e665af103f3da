/**
 * The square of the photo that is the completer's input. Around an object: the mask's bounding box with a margin, padded to
 * a square. Of a scene: the largest square in the middle of the photo.
 */
import type { Size } from '../photo.ts';

/** Rows [top, bottom) and columns [left, right) of the photo. */
export interface CropBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The crop around the object, or the middle of the photo. */
export interface Crop {
  /** The mask's bounding box with a margin, clipped to the photo; or the square in the middle. */
  readonly box: CropBox;
  /** Side in pixels of the square that the box is padded to, at the right or at the bottom. */
  readonly side: number;
  /** Pixels of the mask. */
  readonly maskCount: number;
  /** Pixels of the mask that have a point. */
  readonly pointCount: number;
  /** Valid points of the completer's input. */
  readonly validCount: number;
}

/** The largest square in the middle of a photo. as in the released code: its offset is rounded down. */
export function middleSquare({ width, height }: Size): CropBox {
  const side = Math.min(width, height);
  const [top, left] = [(height - side) >> 1, (width - side) >> 1];
  return { top, bottom: top + side, left, right: left + side };
}

/** The pixels of a box as a mask [height, width] of 0 and 1. */
export function maskOf({ top, bottom, left, right }: CropBox, { width, height }: Size): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let row = top; row < bottom; row++) mask.fill(1, row * width + left, row * width + right);
  return mask;
}

/** Margin around the mask in pixels, as in the released code. */
const MARGIN = 40;

/** The mask's bounding box with the margin, clipped to the photo. */
export const withMargin = (mask: CropBox, photo: Size): CropBox => ({
  top: Math.max(mask.top - MARGIN, 0),
  bottom: Math.min(mask.bottom + MARGIN, photo.height),
  left: Math.max(mask.left - MARGIN, 0),
  right: Math.min(mask.right + MARGIN, photo.width),
});
