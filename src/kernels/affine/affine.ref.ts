/** clamp(x * scale + offset, low, high), in float64. */
export const affineRef = (
  x: ArrayLike<number>,
  scale: number,
  offset: number,
  low = -Infinity,
  high = Infinity,
): Float64Array => Float64Array.from(x, (v) => Math.min(high, Math.max(low, v * scale + offset)));
