/** Interpolation of a map x [B, H, W, C] -> [B, h, w, C], in float64 with exact coordinates (nearest: PyTorch's rule). */
import type { ResizeMode } from './taps.ts';

export interface ResizeRefOptions {
  readonly mode: ResizeMode;
  readonly alignCorners: boolean;
  /** Input step per output step, if it is not the ratio of the sides. */
  readonly scale?: number;
}

export function resizeRef(
  x: ArrayLike<number>,
  [B, H, W, C]: readonly number[],
  [h, w]: readonly number[],
  options: ResizeRefOptions,
): Float64Array {
  const y = new Float64Array(B * h * w * C);
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < h; i++) {
      for (let j = 0; j < w; j++) {
        for (const [r, rowWeight] of weightsAt(i, H, h, options)) {
          for (const [s, columnWeight] of weightsAt(j, W, w, options)) {
            for (let c = 0; c < C; c++) {
              y[((b * h + i) * w + j) * C + c] += rowWeight * columnWeight * x[((b * H + r) * W + s) * C + c];
            }
          }
        }
      }
    }
  }
  return y;
}

/** Pairs of input index and weight. */
function weightsAt(o: number, from: number, to: number, { mode, alignCorners, scale }: ResizeRefOptions): number[][] {
  const inside = (i: number) => Math.min(Math.max(i, 0), from - 1);
  const step = alignCorners ? (to > 1 ? (from - 1) / (to - 1) : 0) : (scale ?? from / to);
  if (mode === 'nearest') return [[inside(Math.floor(Math.fround(o * Math.fround(step)))), 1]];
  const at = alignCorners ? o * step : (o + 0.5) * step - 0.5;
  if (mode === 'bilinear') {
    const clamped = Math.min(Math.max(at, 0), from - 1);
    const i = Math.floor(clamped);
    return [
      [i, 1 - (clamped - i)],
      [inside(i + 1), clamped - i],
    ];
  }
  const i = Math.floor(at);
  return [-1, 0, 1, 2].map((k) => [inside(i + k), keys(at - (i + k), -0.75)]);
}

/** Keys' cubic convolution kernel. */
export function keys(offset: number, a: number): number {
  const x = Math.abs(offset);
  if (x < 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
}
