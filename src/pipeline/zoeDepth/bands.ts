/** Horizontal bands: how maps that are larger than a binding are worked through piece by piece. */

/** Rows [from, to) of the result, and rows [low, high) of the input that a 3x3 convolution needs for them. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Cuts `height` rows of `rowBytes` bytes into as few bands as keep each within `maxBytes`, one row of margin on each side
 * included, where there is one.
 */
export function bandsOf(height: number, rowBytes: number, maxBytes: number): Band[] {
  const whole = height * rowBytes <= maxBytes;
  const most = Math.max(1, Math.floor(maxBytes / rowBytes) - 2);
  const count = whole ? 1 : Math.ceil(height / most);
  const rows = Math.ceil(height / count);
  const bands: Band[] = [];
  for (let from = 0; from < height; from += rows) {
    const to = Math.min(from + rows, height);
    bands.push({ from, to, low: Math.max(from - 1, 0), high: Math.min(to + 1, height) });
  }
  return bands;
}
