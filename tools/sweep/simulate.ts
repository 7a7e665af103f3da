/** What a sweep from coarse to fine would query, from a field that has the logits of all points: no network runs. */
import { latticeOf } from '../../src/pipeline/mcc/lattice.ts';
import type { SweptField } from '../../src/pipeline/roles.ts';

/** How a sweep finds its way. */
export interface Way {
  /** One point in so many belongs to the lattice that is queried first. */
  readonly oneIn: number;
  /** Points up to so many steps away from an occupied one, along each axis, are queried. */
  readonly reach: number;
}

/**
 * The field that a sweep from coarse to fine would give.
 * @param full without NaN
 * @param limit logit above which a point is occupied
 */
export function simulate(full: SweptField, limit: number, { oneIn, reach }: Way): SweptField {
  const [nx, ny, nz] = full.counts;
  const logits = new Float32Array(full.logits.length).fill(NaN);
  const isQueried = new Uint8Array(logits.length);
  const occupied: number[] = [];
  const query = (i: number): void => {
    if (isQueried[i] === 1) return;
    isQueried[i] = 1;
    logits[i] = full.logits[i];
    if (logits[i] > limit) occupied.push(i);
  };
  for (const i of latticeOf(full.counts, oneIn)) query(i);
  for (let i = occupied.pop(); i !== undefined; i = occupied.pop()) {
    const [x, y, z] = [Math.floor(i / (ny * nz)), Math.floor(i / nz) % ny, i % nz];
    for (let a = Math.max(0, x - reach); a <= Math.min(nx - 1, x + reach); a++) {
      for (let b = Math.max(0, y - reach); b <= Math.min(ny - 1, y + reach); b++) {
        for (let c = Math.max(0, z - reach); c <= Math.min(nz - 1, z + reach); c++) query((a * ny + b) * nz + c);
      }
    }
  }
  return { ...full, logits };
}
