/**
 * The verdict on one tensor. Bounds come from the fixture's own measurement: `f64err` is how far one float32 evaluation
 * (PyTorch's) is from float64. Ours sums in another order, so the two may differ by both errors, and a maximum over many
 * elements fluctuates: 8 times `f64err`, and never less than 8 units in the last place of the largest value.
 * The mean error must be smaller: the normalized mean square error allows a root mean square of 2 times `f64err`, except
 * where there are so few elements that their mean is no steadier than their maximum.
 */
import { show } from '../../src/kernels/check.ts';
import type { Values } from './values.ts';

/** Unit roundoff of float32. */
const EPS = 2 ** -24;
const MAX_FACTOR = 8;
const RMS_FACTOR = 2;
/** Tensors with fewer elements than this get no stricter bound on their mean error. */
const FEW = 32;

export interface Bound {
  /** Every value must be equal, bit for bit up to the sign of zero. */
  readonly exact?: boolean;
  /** Error relative to the largest value, for tensors that carry no `f64err`; see docs/numerics.md. */
  readonly relative?: number;
  /** Multiplies the bound, for tensors behind a chain of networks; see docs/numerics.md. */
  readonly growth?: number;
  /** Marks a missing value: it must be equal, and does not count toward the largest value. */
  readonly missing?: number;
}

export interface Line {
  readonly name: string;
  readonly how: string;
  readonly maxError: number;
  /** Sum of squared errors over sum of squared values. */
  readonly nmse: number;
  readonly bound: number;
  readonly ok: boolean;
  readonly note?: string;
}

export function judge(
  name: string,
  actual: Values,
  expected: Values,
  stats: { absmax: number; std: number; f64err?: number } | undefined,
  bound: Bound,
  how: string,
): Line {
  if (actual.data.length !== expected.data.length) {
    const note = `shape ${show(actual.shape)}, expected ${show(expected.shape)}`;
    return { name, how, maxError: NaN, nmse: NaN, bound: 0, ok: false, note };
  }
  let maxError = 0;
  let squaredError = 0;
  let squares = 0;
  let absmax = 0;
  let unequalMissing = 0;
  const n = expected.data.length;
  for (let i = 0; i < n; i++) {
    const [a, e] = [actual.data[i], expected.data[i]];
    if (!Number.isFinite(e) || e === bound.missing) {
      if (!Object.is(a, e)) unequalMissing++;
      continue;
    }
    const d = Math.abs(a - e);
    // Written so that NaN counts as a miss.
    if (!(d <= maxError)) maxError = Number.isNaN(d) ? Infinity : d;
    squaredError += d * d;
    squares += e * e;
    absmax = Math.max(absmax, Math.abs(e));
  }
  const isFloat = expected.data instanceof Float32Array;
  const exact = bound.exact ?? !isFloat;
  const growth = bound.growth ?? 1;
  const reference = stats?.f64err ?? (bound.relative ?? 0) * absmax;
  const maxBound = exact ? 0 : growth * Math.max(MAX_FACTOR * reference, MAX_FACTOR * EPS * absmax);
  const rms = Math.sqrt(squares / Math.max(1, n));
  const nmseBound = exact
    ? 0
    : (growth * ((n < FEW ? MAX_FACTOR : RMS_FACTOR) * reference + MAX_FACTOR * EPS * rms)) ** 2 /
      Math.max(rms * rms, 1e-300);
  const nmse = squares > 0 ? squaredError / squares : squaredError;
  const notes: string[] = [];
  if (unequalMissing) notes.push(`${unequalMissing} missing values differ`);
  if (!(nmse <= nmseBound)) notes.push(`NMSE over its bound ${nmseBound.toExponential(1)}`);
  return {
    name,
    how,
    maxError,
    nmse,
    bound: maxBound,
    ok: maxError <= maxBound && nmse <= nmseBound && unequalMissing === 0,
    note: notes.length ? notes.join('; ') : undefined,
  };
}
