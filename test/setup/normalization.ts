/** The normalization of points, for stand-ins of the chain, which computes it on the device. */
import type { Normalization } from '../../src/pipeline/points/normalization.ts';

/** Mean, and mean over the axes of the sample standard deviation, as the chain normalizes. @param xyz [n, 3] */
export function normalizationOf(xyz: Float32Array): Normalization {
  const count = xyz.length / 3;
  const mean = [0, 0, 0];
  const square = [0, 0, 0];
  xyz.forEach((v, k) => (mean[k % 3] += v / count));
  xyz.forEach((v, k) => (square[k % 3] += (v - mean[k % 3]) ** 2 / (count - 1)));
  const scale = square.reduce((sum, s) => sum + Math.sqrt(s) / 3, 0);
  return { scale, center: mean.map((m) => m / scale) as [number, number, number] };
}
