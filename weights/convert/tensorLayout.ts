/** Checks the shape, strides and offset of a tensor, and computes the position of its elements in the storage. */
import { type Dtype, elementBytes } from '../dtype.ts';
import { WeightsError } from '../errors.ts';
import { limits } from './limits.ts';
import { List, Tuple, type PickleValue, type TensorRecord, describe } from './pickleValues.ts';
import { isCount, showNumber } from './pythonNames.ts';

export interface TensorLayout {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Distance in elements between neighbors along each axis. */
  readonly strides: readonly number[];
  /** Number of elements of the tensor. */
  readonly count: number;
  /** First byte in the storage. */
  readonly begin: number;
  /** Bytes from the first byte to the end of the farthest element; 0 for an empty tensor. */
  readonly span: number;
  /** Whether the elements are consecutive, in row-major order. */
  readonly contiguous: boolean;
}

/** Computes the layout of a tensor.
 *  @param storedBytes number of bytes of the storage in the file
 *  @throws WeightsError if an element is outside the storage, or shape, strides or offset are not possible */
export function tensorLayout(
  record: TensorRecord,
  dtype: Dtype,
  storedBytes: number,
  file: string,
  tensor: string,
): TensorLayout {
  const fail = (expected: string, found: string): never => {
    const advice = 'The file is damaged or malicious. Download it again from its publisher.';
    throw new WeightsError({ file, tensor, expected, found, advice });
  };
  const counts = (value: PickleValue, what: string): number[] => {
    const items = value instanceof Tuple || value instanceof List ? value.items : fail(what, describe(value));
    if (items.length > limits.axes) fail(`at most ${limits.axes} axes`, `${items.length}`);
    return items.map((item) => (isCount(item) ? item : fail(what, showNumber(item))));
  };
  const { storage, offset } = record;
  const shape = counts(record.shape, 'a size of non-negative integers');
  const strides = counts(record.strides, 'strides of non-negative integers');
  if (strides.length !== shape.length) fail(`${shape.length} strides`, `${strides.length}`);
  if (!isCount(offset)) return fail('a storage offset that is a non-negative integer', showNumber(offset));

  const width = elementBytes[dtype];
  // Zeros count as ones, so that the product of the other axes is limited, too.
  const product = shape.reduce((all, dim) => all * Math.max(dim, 1), width);
  if (!Number.isSafeInteger(product)) fail('a tensor below 2^53 bytes', `size (${shape.join(', ')})`);
  const count = shape.includes(0) ? 0 : product / width;
  const last = shape.reduce((at, dim, axis) => at + (dim - 1) * strides[axis], 0);
  const first = storage.first * storage.width + offset * width;
  const span = count === 0 ? 0 : (last + 1) * width;
  if (count > 0 && first + span > storedBytes) {
    const found = `${storedBytes} in storage ${JSON.stringify(storage.key)}`;
    fail(
      `${first + span} bytes, for offset ${offset}, size (${shape.join(', ')}), strides (${strides.join(', ')})`,
      found,
    );
  }
  return { dtype, shape, strides, count, begin: first, span, contiguous: isContiguous(shape, strides) };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1 && strides[axis] !== stride) return false;
    stride *= shape[axis];
  }
  return true;
}
