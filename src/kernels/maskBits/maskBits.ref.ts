/** Masks of resampled logits, column by column, with what they cover: plain loops in float64. */

export interface MaskBitsRef {
  /** [B, w, ceil(h / 32)]. */
  readonly bits: Uint32Array;
  /** [B, 7]. */
  readonly stats: Uint32Array;
}

/** @param rows, columns tables of two taps per position: indices, then weights as float bits */
export function maskBitsRef(
  x: ArrayLike<number>,
  [B, H, W]: readonly number[],
  rows: Uint32Array,
  columns: Uint32Array,
  offset: number,
): MaskBitsRef {
  const [h, w] = [rows.length / 4, columns.length / 4];
  const words = Math.ceil(h / 32);
  const bits = new Uint32Array(B * w * words);
  const stats = new Uint32Array(B * 7);
  const taps = (table: Uint32Array, at: number) => {
    const weights = new Float32Array(table.buffer, table.byteOffset);
    return [0, 1].map((k) => [table[4 * at + k], weights[4 * at + 2 + k]]);
  };
  for (let b = 0; b < B; b++) {
    const covered = { top: h, bottom: 0, left: w, right: 0, area: 0, above: 0, below: 0 };
    for (let j = 0; j < w; j++) {
      for (let i = 0; i < h; i++) {
        let logit = 0;
        for (const [r, rowWeight] of taps(rows, i)) {
          for (const [s, columnWeight] of taps(columns, j)) logit += rowWeight * columnWeight * x[(b * H + r) * W + s];
        }
        if (logit > offset) covered.above++;
        if (logit > -offset) covered.below++;
        if (!(logit > 0)) continue;
        bits[(b * w + j) * words + Math.floor(i / 32)] |= 1 << (i % 32);
        covered.area++;
        covered.top = Math.min(covered.top, i);
        covered.bottom = Math.max(covered.bottom, i + 1);
        covered.left = Math.min(covered.left, j);
        covered.right = Math.max(covered.right, j + 1);
      }
    }
    stats.set(Object.values(covered), 7 * b);
  }
  return { bits, stats };
}
