/** Non-maximum suppression: of masks whose boxes are alike, only the best stays. */
import type { PixelBox } from '../maskRuns.ts';

const { fround } = Math;

/**
 * Indices of the items that stay, best first; of equal scores, the earlier one. An item stays unless its box has a
 * higher intersection over union than `limit` with that of a better item that stays. The quotient is rounded to float32,
 * as in torchvision's nms, so that the same items stay.
 */
export function suppress(boxes: readonly PixelBox[], scores: readonly number[], limit: number): number[] {
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
  const kept: number[] = [];
  for (const i of order) {
    if (!kept.some((k) => overlap(boxes[k], boxes[i]) > limit)) kept.push(i);
  }
  return kept;
}

const areaOf = ([left, top, right, bottom]: PixelBox): number => fround((right - left) * (bottom - top));

/** Intersection over union; NaN for two boxes without area. */
function overlap(a: PixelBox, b: PixelBox): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const shared = fround(width * height);
  return fround(shared / fround(fround(areaOf(a) + areaOf(b)) - shared));
}
