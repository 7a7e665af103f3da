/** Points in the order of their occupancy, so that a threshold keeps the first ones. */
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import { limitOf } from '../pipeline/occupancy.ts';

/** Points with the logits of their occupancy. */
export interface OccupancyPoints extends ColoredPoints {
  /** [n] */
  readonly logits: Float32Array;
}

/** The same points from the highest logit to the lowest; of equal ones, the first stays first.
 *  @throws RangeError unless there is a logit for each point */
export function orderByLogit({ xyz, rgb, logits }: OccupancyPoints): OccupancyPoints {
  if (xyz.length !== 3 * logits.length || rgb.length !== xyz.length) {
    throw new RangeError(
      `Stage: xyz holds ${xyz.length} values, rgb ${rgb.length} and logits ${logits.length}; ` +
        'they must hold three, three and one for each point.',
    );
  }
  const order = Uint32Array.from(logits, (_, i) => i).sort((a, b) => logits[b] - logits[a]);
  const out = {
    xyz: new Float32Array(xyz.length),
    rgb: new Uint8Array(rgb.length),
    logits: new Float32Array(logits.length),
  };
  order.forEach((from, to) => {
    for (let axis = 0; axis < 3; axis++) {
      out.xyz[3 * to + axis] = xyz[3 * from + axis];
      out.rgb[3 * to + axis] = rgb[3 * from + axis];
    }
    out.logits[to] = logits[from];
  });
  return out;
}

/** How many logits are above a threshold, as the sweep counts them.
 *  @param ordered from the highest to the lowest
 *  @throws RangeError unless 0 < probability < 1 */
export function countAbove(ordered: Float32Array, probability: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(`Stage: the threshold is ${probability}; give a probability between 0 and 1.`);
  }
  const limit = limitOf(probability);
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ordered[middle] > limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
