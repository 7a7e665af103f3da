/** Element types of weights files: their size, and the conversion between bytes and numbers. All are little-endian, like
 *  every host that has WebGPU. */
import { decodeBF16, decodeF16, encodeBF16, encodeF16 } from './float16.ts';

export const elementBytes = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, I16: 2, U8: 1, I8: 1, BOOL: 1 } as const;

export type Dtype = keyof typeof elementBytes;

/** Decoded values of a tensor: floats of any width as Float32Array, I64 as BigInt64Array, BOOL and U8 as Uint8Array. */
export type TensorValues = Float32Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array;

export function isDtype(text: unknown): text is Dtype {
  return typeof text === 'string' && Object.hasOwn(elementBytes, text);
}

/** Whether a type is a floating point type. Networks read these as f32. */
export function isFloat(dtype: Dtype): boolean {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64';
}

/** The number of elements of a shape: a * b * c for `[a, b, c]`, and 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Formats a shape for messages: `[2, 3]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** Creates an array of `length` zeros, of the type to which `dtype` decodes. */
export function allocate(dtype: Dtype, length: number): TensorValues {
  switch (dtype) {
    case 'I64':
      return new BigInt64Array(length);
    case 'I32':
      return new Int32Array(length);
    case 'I16':
      return new Int16Array(length);
    case 'I8':
      return new Int8Array(length);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(length);
    default:
      return new Float32Array(length);
  }
}

/** Decodes bytes, which hold whole elements, to numbers. F64 is rounded to f32. The result may be a view of `bytes`. */
export function decode(dtype: Dtype, bytes: Uint8Array): TensorValues {
  // Typed arrays must start at a multiple of their element size; files do not promise that.
  const aligned = bytes.byteOffset % elementBytes[dtype] === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset } = aligned;
  const length = bytes.byteLength / elementBytes[dtype];
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, byteOffset, length);
    case 'F16':
      return decodeF16(new Uint16Array(buffer, byteOffset, length));
    case 'BF16':
      return decodeBF16(new Uint16Array(buffer, byteOffset, length));
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, byteOffset, length));
    case 'I64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'I32':
      return new Int32Array(buffer, byteOffset, length);
    case 'I16':
      return new Int16Array(buffer, byteOffset, length);
    case 'I8':
      return new Int8Array(buffer, byteOffset, length);
    case 'U8':
    case 'BOOL':
      return aligned;
  }
}

/** Encodes numbers, of the array type that `decode` gives for `dtype`, to bytes. The result may be a view of `values`.
 *  @returns undefined if `values` has another array type */
export function encode(dtype: Dtype, values: TensorValues): Uint8Array | undefined {
  if (values.constructor !== allocate(dtype, 0).constructor) return undefined;
  const stored = storedValues(dtype, values);
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

function storedValues(dtype: Dtype, values: TensorValues): ArrayBufferView {
  if (!(values instanceof Float32Array)) return values;
  if (dtype === 'F16') return encodeF16(values);
  if (dtype === 'BF16') return encodeBF16(values);
  return dtype === 'F64' ? Float64Array.from(values) : values;
}
