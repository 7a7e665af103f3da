/** Antialiased resize of the middle axis of x [outer, from, C], in float64: a filter as wide as the step. */
import { keys } from '../resize/resize.ref.ts';

export function resizeAxisRef(
  x: ArrayLike<number>,
  [outer, from, C]: readonly number[],
  to: number,
  mode: 'bilinear' | 'bicubic',
): Float64Array {
  const y = new Float64Array(outer * to * C);
  const step = from / to;
  const width = Math.max(step, 1);
  const filter = (offset: number) => (mode === 'bilinear' ? Math.max(0, 1 - Math.abs(offset)) : keys(offset, -0.5));
  for (let o = 0; o < to; o++) {
    const weights = Array.from({ length: from }, (_, i) => filter((i + 0.5 - (o + 0.5) * step) / width));
    const total = weights.reduce((a, b) => a + b, 0);
    for (let b = 0; b < outer; b++) {
      for (let i = 0; i < from; i++) {
        for (let c = 0; c < C; c++) y[(b * to + o) * C + c] += (weights[i] / total) * x[(b * from + i) * C + c];
      }
    }
  }
  return y;
}
