/** Brings maps of a photo from one size to another. */

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Takes the nearest value for each pixel: nothing is mixed, so masks stay masks and depth edges stay edges. Enlarged and reduced
 * again, a map is the same.
 * @param values [from.height, from.width, channels]
 * @returns [to.height, to.width, channels], or `values` itself if the sizes are the same
 * @throws RangeError if `values` has another length
 */
export function resampleNearest<T extends Uint8Array | Uint16Array | Float32Array>(
  values: T,
  from: Size,
  to: Size,
  channels = 1,
): T {
  if (values.length !== from.width * from.height * channels) {
    throw new RangeError(`Resample: ${values.length} values are not ${from.width} x ${from.height} x ${channels}.`);
  }
  if (from.width === to.width && from.height === to.height) return values;
  const columns = nearestIndices(from.width, to.width);
  const rows = nearestIndices(from.height, to.height);
  const result = new (values.constructor as new (length: number) => T)(to.width * to.height * channels);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const start = (row * from.width + column) * channels;
      for (let c = 0; c < channels; c++) result[at++] = values[start + c];
    }
  }
  return result;
}

/** For each of `to` pixels, the one of `from` that holds its center. */
const nearestIndices = (from: number, to: number): number[] =>
  Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor(((i + 0.5) * from) / to)));
