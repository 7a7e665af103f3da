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
  const order = descending(logits);
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

/** Values of a digit of 16 bits. */
const DIGITS = 2 ** 16;

/**
 * Indices of numbers from the highest to the lowest. A radix sort of two digits: Knuth, The Art of Computer Programming, volume 3,
 * algorithm R of section 5.2.5. A sort that compares takes several times as long, in which
 * a page stands still.
 */
function descending(values: Float32Array): Uint32Array {
  const keys = new Uint32Array(Float32Array.from(values).buffer);
  // Bits of negative numbers go up as the numbers go down. Those of others are turned around.
  for (let i = 0; i < keys.length; i++) if (keys[i] < 2 ** 31) keys[i] ^= 2 ** 31 - 1;
  let order = keys.map((_, i) => i);
  for (const shift of [0, 16]) {
    const places = new Uint32Array(DIGITS + 1);
    for (let i = 0; i < keys.length; i++) places[((keys[i] >>> shift) & (DIGITS - 1)) + 1]++;
    for (let digit = 0; digit < DIGITS; digit++) places[digit + 1] += places[digit];
    const next = new Uint32Array(order.length);
    for (let at = 0; at < order.length; at++) next[places[(keys[order[at]] >>> shift) & (DIGITS - 1)]++] = order[at];
    order = next;
  }
  return order;
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
