/** How far an estimated depth can be trusted near the border of the mask, where networks bend it towards the background. */
import { squareSums } from './squares.ts';

/**
 * Trust is 0 outside of the mask and at its border, and grows to 1 at a distance of `reach` pixels: so the depth passes into the network's
 * surface without a seam. Thin parts, where no square of twice that distance to each side fits into the mask, would be mostly border, and
 * break without the depth: they are trusted.
 * @param isKnown [height, width]: 1 in the mask where there is a depth, else 0
 * @returns [height, width]
 */
export function borderTrust(isKnown: Float32Array, width: number, height: number, reach: number): Float32Array {
  const sums = (values: Float32Array, times: number): Float32Array => squareSums(values, width, height, times * reach);
  const side = (times: number): number => 2 * times * reach + 1;
  const cores = sums(isKnown, 2).map((sum) => (sum === side(2) ** 2 ? 1 : 0));
  // One more than 2, because round corners of thick parts are farther from where a square fits.
  const isThick = sums(cores, 3);
  const shares = sums(isKnown, 1).map((sum) => sum / side(1) ** 2);
  // Half of the square lies inside at a straight border.
  const growing = (share: number): number => Math.min(1, Math.max(0, 2 * share - 1));
  return isKnown.map((known, pixel) => (isThick[pixel] > 0 ? known * growing(shares[pixel]) : known));
}
