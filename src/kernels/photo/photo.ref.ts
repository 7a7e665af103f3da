/** RGBA8 words [H, W] -> [h, w, 3] through `value(byte, channel)`, padded with zeros. */
export function photoRef(
  photo: ArrayLike<number>,
  [H, W]: readonly number[],
  [h, w]: readonly number[],
  value: (byte: number, channel: number) => number,
): Float64Array {
  const y = new Float64Array(h * w * 3);
  for (let i = 0; i < H; i++) {
    for (let j = 0; j < W; j++) {
      for (let c = 0; c < 3; c++) y[(i * w + j) * 3 + c] = value((photo[i * W + j] >>> (8 * c)) & 255, c);
    }
  }
  return y;
}
