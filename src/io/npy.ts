/** Reads NumPy .npy arrays of the kind used for depth maps: one plane of numbers, of any usual type, order and byte order. */
import { halfValue } from '../kernels/half.ts';

export interface NpyArray {
  height: number;
  width: number;
  /** [height, width], row by row; float64 and large integers are rounded to float32. */
  values: Float32Array;
  /** Whether the file holds whole numbers. */
  isInteger: boolean;
}

/** The file is not a .npy array of this kind. */
export class NpyError extends Error {
  override name = 'NpyError';
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

/** How a number of each type is read, by NumPy's code without the byte order. The digit is the number of bytes. */
const READERS: Readonly<Record<string, Read>> = {
  f2: (view, at, little) => halfValue(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
};

interface Header {
  readonly height: number;
  readonly width: number;
  readonly type: string;
  readonly isLittleEndian: boolean;
  /** Whether numbers of a column lie side by side, and not those of a row. */
  readonly isFortran: boolean;
}

/**
 * Decodes a plane of numbers: [height, width], also with axes of length 1 before or after. Format: numpy.lib.format, versions 1 to 3.
 * @throws NpyError if the header is damaged, the type or shape is not supported, or the length does not fit
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new NpyError('This is not a .npy file: it does not begin with \\x93NUMPY.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[6] < 1 || bytes[6] > 3) {
    throw new NpyError(`The .npy file is of version ${bytes[6]} of its format; 1, 2 and 3 are read.`);
  }
  const long = bytes[6] >= 2; // Version 1 has a 16-bit header length, later versions 32 bits.
  const headerStart = long ? 12 : 10;
  const dataStart = headerStart + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (dataStart > bytes.length) throw new NpyError(`The .npy header ends at byte ${dataStart} of ${bytes.length}.`);

  const header = parseHeader(new TextDecoder().decode(bytes.subarray(headerStart, dataStart)).trim());
  const { height, width, type, isLittleEndian, isFortran } = header;
  const itemBytes = Number(type[1]);
  const expected = height * width * itemBytes;
  if (bytes.length - dataStart !== expected) {
    throw new NpyError(
      `The .npy array ${height} x ${width} of ${type} needs ${expected} bytes, but the file holds ${bytes.length - dataStart}.`,
    );
  }
  const read = READERS[type];
  const values = new Float32Array(height * width);
  for (let i = 0; i < values.length; i++) {
    const stored = isFortran ? (i % width) * height + Math.floor(i / width) : i;
    values[i] = read(view, dataStart + stored * itemBytes, isLittleEndian);
  }
  return { height, width, values, isInteger: !type.startsWith('f') };
}

function parseHeader(header: string): Header {
  const [, order, type] = /'descr'\s*:\s*'([<>|=])(\w+)'/.exec(header) ?? [];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  const sizes = shape?.split(',').filter((size) => size.trim() !== '');
  const plane = planeOf(sizes?.map(Number) ?? []);
  if (!Object.hasOwn(READERS, type ?? '') || fortran === undefined || !plane) {
    throw new NpyError(
      `The .npy array must be one plane [height, width] of numbers; its header says ${header.slice(0, 200)}. ` +
        'Save it with np.save(path, depth.astype(np.float32)).',
    );
  }
  // '=' and '|' (types of one byte) do not occur with another order than the machine's, which is little-endian nearly everywhere.
  return { ...plane, type, isLittleEndian: order !== '>', isFortran: fortran === 'True' };
}

/** The two axes of an array whose other axes have length 1 and come before or after them; undefined if it has more. */
function planeOf(shape: readonly number[]): { height: number; width: number } | undefined {
  const axes = [...shape];
  while (axes.length > 2 && axes[0] === 1) axes.shift();
  while (axes.length > 2 && axes.at(-1) === 1) axes.pop();
  const isPlane = axes.length === 2 && axes.every((size) => Number.isSafeInteger(size) && size > 0);
  return isPlane ? { height: axes[0], width: axes[1] } : undefined;
}
