/** Expected depth over bins whose centers are interpolated, in float64: the two steps one after the other. */
import { binProbabilitiesRef, type BinRange } from '../binProbabilities/binProbabilities.ref.ts';
import { resizeRef } from '../resize/resize.ref.ts';

/** raw [B, h, w, 4] · centers [B, H, W, bins], `shape` -> [B, h, w]; bilinear with aligned corners. */
export function metricBinsRef(
  raw: ArrayLike<number>,
  coefficients: ArrayLike<number>,
  centers: ArrayLike<number>,
  shape: readonly number[],
  size: readonly [number, number],
  range: BinRange,
): Float64Array {
  const probabilities = binProbabilitiesRef(raw, coefficients, range);
  const full = resizeRef(centers, shape, size, { mode: 'bilinear', alignCorners: true });
  const y = new Float64Array(raw.length / 4);
  for (let i = 0; i < full.length; i++) y[Math.floor(i / range.bins)] += probabilities[i] * full[i];
  return y;
}
