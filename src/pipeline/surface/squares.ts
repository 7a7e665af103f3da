/** Sums over squares of pixels: what erodes, widens and smooths pictures. */

/**
 * The sum over the square of `reach` pixels to each side of every pixel: (2 reach + 1)^2 values, fewer at the picture's border.
 * @param values [height, width]
 */
export function squareSums(values: Float32Array, width: number, height: number, reach: number): Float32Array {
  const rows = summed(values, height, width, 1, width, reach);
  return summed(rows, width, height, width, 1, reach);
}

/** Sums over `reach` neighbors on both sides along each line. */
function summed(
  from: Float32Array,
  lines: number,
  length: number,
  stride: number,
  lineStride: number,
  reach: number,
): Float32Array {
  const out = new Float32Array(from.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStride;
    let sum = 0;
    for (let k = -reach; k < length; k++) {
      if (k + reach < length) sum += from[start + (k + reach) * stride];
      if (k > reach) sum -= from[start + (k - reach - 1) * stride];
      if (k >= 0) out[start + k * stride] = sum;
    }
  }
  return out;
}
