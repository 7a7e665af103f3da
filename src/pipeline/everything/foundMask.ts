/** One of all masks of a photo. */
import type { MaskRuns, PixelBox } from '../maskRuns.ts';

/** A mask that was found by a point of a grid. All coordinates are in pixels of the decoded photo. */
export interface FoundMask {
  /** The mask, of the photo's size; `maskOf` makes pixels of it. */
  readonly mask: MaskRuns;
  /** Number of its pixels. */
  readonly area: number;
  /** Its first and last column and row: left, top, right, bottom; zeros for an empty mask. */
  readonly box: PixelBox;
  /** The network's estimate of the mask's intersection over union with the true mask: about 0..1, not clipped. */
  readonly quality: number;
  /** Intersection over union of the masks at a higher and a lower logit threshold: 1 for a sharp border. */
  readonly stability: number;
  /** The point that it was found by. */
  readonly point: { readonly x: number; readonly y: number };
  /** The part of the photo that the network saw: left, top, right and bottom edge. */
  readonly crop: PixelBox;
}
