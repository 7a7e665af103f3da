/** Sizes of ZoeDepth's input. Released code, models/depth_model.py and midas/transforms. */

/** Padding in pixels at each end of a side of the photo. */
export const padAmount = (side: number): number => Math.trunc(Math.sqrt(side / 2) * 3);

/** Sides of the network's input are multiples of this: twice the patch, so that the coarsest map halves evenly. */
const MULTIPLE = 32;

/** The integer nearest to x. Halves are rounded to even, as in NumPy. */
function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/**
 * Height and width of the network's input for a picture of H x W. The aspect ratio is kept up to rounding. Of the two
 * scales that lead to `target`, the one nearer to 1 is taken.
 */
export function networkSize(H: number, W: number, target: readonly [number, number]): [number, number] {
  const scales = [target[0] / H, target[1] / W];
  const scale = Math.abs(1 - scales[1]) < Math.abs(1 - scales[0]) ? scales[1] : scales[0];
  const side = (v: number) => roundHalfEven((scale * v) / MULTIPLE) * MULTIPLE;
  return [side(H), side(W)];
}
