/** Reads NumPy .npy arrays of the kind used for depth maps: two dimensions, little-endian float32 or float64, C order. */

export interface NpyArray {
  height: number;
  width: number;
  /** [height, width]; float64 is rounded to float32. */
  values: Float32Array;
}

/** The file is not a .npy array of this kind. */
export class NpyError extends Error {
  override name = 'NpyError';
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Decodes a two-dimensional array. Format: numpy.lib.format, versions 1 to 3.
 * @throws NpyError if the header is damaged, the type or order is not supported, or the length does not fit
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new NpyError('This is not a .npy file: it does not begin with \\x93NUMPY.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6] >= 2; // Version 1 has a 16-bit header length, later versions 32 bits.
  const headerStart = long ? 12 : 10;
  const dataStart = headerStart + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (dataStart > bytes.length) throw new NpyError(`The .npy header ends at byte ${dataStart} of ${bytes.length}.`);

  const header = new TextDecoder().decode(bytes.subarray(headerStart, dataStart));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(\s*(\d+)\s*,\s*(\d+)\s*,?\s*\)/.exec(header);
  if ((descr !== '<f4' && descr !== '<f8') || !/'fortran_order'\s*:\s*False/.test(header) || !shape) {
    throw new NpyError(
      `The .npy array must be float32 or float64 [height, width] in C order; its header says ${header.trim()}. ` +
        'Save it with np.save(path, np.ascontiguousarray(depth, dtype=np.float32)).',
    );
  }
  const [height, width] = [Number(shape[1]), Number(shape[2])];
  const itemBytes = descr === '<f4' ? 4 : 8;
  const expected = height * width * itemBytes;
  if (bytes.length - dataStart !== expected) {
    throw new NpyError(
      `The .npy array ${height} x ${width} of ${descr} needs ${expected} bytes, but the file holds ${bytes.length - dataStart}.`,
    );
  }
  const values = new Float32Array(height * width);
  for (let i = 0; i < values.length; i++) {
    const at = dataStart + i * itemBytes;
    values[i] = itemBytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
  }
  return { height, width, values };
}
