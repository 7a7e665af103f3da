/** The square around the object that MCC looks at: the mask's rectangle, a margin, padded to a square. */
import type { Size } from '../photo.ts';

/** Rows [top, bottom) and columns [left, right) of the photo. */
export interface CropBox {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** What was cut out of the photo. */
export interface Crop {
  /** The mask's rectangle and a margin, inside the photo. */
  readonly box: CropBox;
  /** Side of the square that the box is padded to, right or below. */
  readonly side: number;
  /** Pixels of the mask. */
  readonly maskCount: number;
  /** Pixels of the mask that have a point. */
  readonly pointCount: number;
  /** Valid points on the map that MCC sees. */
  readonly validCount: number;
}

/** Pixels around the mask that belong to the crop, as in the released code. */
const MARGIN = 40;

/** The mask's rectangle with its margin, cut at the photo's edges. */
export const withMargin = (mask: CropBox, photo: Size): CropBox => ({
  top: Math.max(mask.top - MARGIN, 0),
  bottom: Math.min(mask.bottom + MARGIN, photo.height),
  left: Math.max(mask.left - MARGIN, 0),
  right: Math.min(mask.right + MARGIN, photo.width),
});
