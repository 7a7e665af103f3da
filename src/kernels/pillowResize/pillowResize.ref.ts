/** Pillow's 8-bit bilinear resize of one axis of x [outer, from, inner], RGBA8 words; exact integers. */
export function pillowResizeRef(
  x: ArrayLike<number>,
  [outer, from, inner]: readonly number[],
  to: number,
): Uint32Array {
  const y = new Uint32Array(outer * to * inner);
  const step = from / to;
  const width = Math.max(step, 1);
  for (let o = 0; o < to; o++) {
    const center = (o + 0.5) * step;
    const first = Math.max(Math.trunc(center - width + 0.5), 0);
    const last = Math.min(Math.trunc(center + width + 0.5), from);
    const raw: number[] = [];
    for (let i = first; i < last; i++) raw.push(Math.max(0, 1 - Math.abs((i - center + 0.5) / width)));
    const total = raw.reduce((a, b) => a + b, 0);
    const weights = raw.map((v) => Math.trunc((v / total) * 2 ** 22 + 0.5));
    for (let b = 0; b < outer; b++) {
      for (let c = 0; c < inner; c++) {
        let word = 255;
        for (const shift of [16, 8, 0]) {
          let sum = 2 ** 21;
          weights.forEach((weight, k) => (sum += weight * ((x[(b * from + first + k) * inner + c] >>> shift) & 255)));
          word = word * 256 + Math.min(255, Math.floor(sum / 2 ** 22));
        }
        y[(b * to + o) * inner + c] = word;
      }
    }
  }
  return y;
}
