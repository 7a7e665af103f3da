/**
 * The square around the object that is the completer's input: the mask's bounding box with a margin, padded to a
 * square.
 */
import type { Size } from '../photo.ts';

/** Rows [top, bottom) and columns [left, right) of the photo. */
export interface CropBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The crop around the object. */
export interface Crop {
  /** The mask's bounding box with a margin, clipped to the photo. */
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

/** Margin around the mask in pixels, as in the released code. */
const MARGIN = 40;

/** The mask's bounding box with the margin, clipped to the photo. */
export const withMargin = (mask: CropBox, photo: Size): CropBox => ({
  top: Math.max(mask.top - MARGIN, 0),
  bottom: Math.min(mask.bottom + MARGIN, photo.height),
  left: Math.max(mask.left - MARGIN, 0),
  right: Math.min(mask.right + MARGIN, photo.width),
});
