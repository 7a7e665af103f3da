/** Bilinear resize (align_corners false) of x [B, H, W, C] with holes, in float64 with float32 coordinates. */
import { axisTaps } from '../resize/taps.ts';

export function resizeMaskedRef(
  x: ArrayLike<number>,
  valid: ArrayLike<number>,
  [B, H, W, C]: readonly number[],
  [h, w]: readonly number[],
): { values: Float64Array; valid: Uint32Array } {
  const values = new Float64Array(B * h * w * C);
  const whole = new Uint32Array(B * h * w).fill(1);
  // Which taps count is decided by rounded coordinates, so the reference rounds them the same way.
  const axis = (from: number, to: number) => {
    const { table } = axisTaps({ mode: 'bilinear', alignCorners: false, from, to });
    const weights = new Float32Array(table.buffer);
    return (o: number) => [0, 1].map((k) => [table[4 * o + k], weights[4 * o + 2 + k]]);
  };
  const [rows, columns] = [axis(H, h), axis(W, w)];
  for (let p = 0; p < whole.length; p++) {
    const [b, i, j] = [Math.floor(p / (h * w)), Math.floor(p / w) % h, p % w];
    for (const [r, rowWeight] of rows(i)) {
      for (const [s, columnWeight] of columns(j)) {
        const tap = (b * H + r) * W + s;
        if (!valid[tap]) whole[p] = 0;
        else for (let c = 0; c < C; c++) values[p * C + c] += rowWeight * columnWeight * x[tap * C + c];
      }
    }
    if (!whole[p]) values.fill(0, p * C, (p + 1) * C);
  }
  return { values, valid: whole };
}
