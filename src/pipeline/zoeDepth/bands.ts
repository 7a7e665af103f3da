/** Horizontal bands: maps that are larger than a binding are computed band by band. */

/** Rows [from, to) of the result, and rows [low, high) of the input that a 3x3 convolution needs for them. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Splits `height` rows of `rowBytes` bytes into the minimum number of bands of at most `maxBytes`, where a band
 * includes one row of margin on each side.
 */
export function bandsOf(height: number, rowBytes: number, maxBytes: number): Band[] {
  const whole = height * rowBytes <= maxBytes;
  const maxRows = Math.max(1, Math.floor(maxBytes / rowBytes) - 2);
  const count = whole ? 1 : Math.ceil(height / maxRows);
  const rows = Math.ceil(height / count);
  const bands: Band[] = [];
  for (let from = 0; from < height; from += rows) {
    const to = Math.min(from + rows, height);
    bands.push({ from, to, low: Math.max(from - 1, 0), high: Math.min(to + 1, height) });
  }
  return bands;
}
