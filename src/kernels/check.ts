/** Checks of shapes and element types that all kernels use, so that messages read alike. */
import { FLAT_WIDTH, flatRows, type Operand } from './dispatch.ts';
import { bufferBytes, type DType, type FloatType, VEC4_BYTES, wordsIn } from './dtype.ts';
import { ShapeError } from './errors.ts';

export { LimitError, ShapeError } from './errors.ts';

export const size = (x: { readonly shape: readonly number[] }): number => x.shape.reduce((a, b) => a * b, 1);

/** Bytes of an operand's memory: of a buffer, or of a flat texture with whole rows. */
export function bytesOf(o: Operand): number {
  const bytes = bufferBytes(size(o), o.dtype);
  return (o.storage ?? 'buffer') === 'buffer' ? bytes : flatRows(wordsIn(bytes)) * FLAT_WIDTH * VEC4_BYTES;
}

export const lastDim = (x: Operand): number => x.shape[x.shape.length - 1] ?? 1;

/** `[2, 3, 4]` as people write it. */
export const show = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i]);

/** @throws ShapeError unless `condition`; `message` says expected, found and what to do */
export function expect(condition: boolean, kernel: string, message: string): asserts condition {
  if (!condition) throw new ShapeError(`${kernel}: ${message}`);
}

/** @throws ShapeError naming the first operand that is not of `shape` */
export function expectShape(
  kernel: string,
  operands: Readonly<Record<string, Operand | null | undefined>>,
  shape: readonly number[],
): void {
  for (const [name, x] of Object.entries(operands)) {
    if (x && !sameShape(x.shape, shape)) {
      throw new ShapeError(
        `${kernel}: ${name} is ${show(x.shape)}, expected ${show(shape)}.\n` +
          '  Check that the weights belong to this configuration and that the input has the size it names.',
      );
    }
  }
}

/** @throws ShapeError naming the first operand that does not have `rank` axes */
export function expectRank(kernel: string, operands: Readonly<Record<string, Operand>>, rank: number): void {
  for (const [name, x] of Object.entries(operands)) {
    if (x.shape.length !== rank) {
      throw new ShapeError(`${kernel}: ${name} is ${show(x.shape)}, expected ${rank} axes. Reshape it first.`);
    }
  }
}

/** @throws ShapeError naming the first operand that is not of `dtype` */
export function expectDtype(kernel: string, operands: Readonly<Record<string, Operand | null>>, dtype: DType): void {
  for (const [name, x] of Object.entries(operands)) {
    if (x && x.dtype !== dtype) {
      throw new ShapeError(`${kernel}: ${name} is ${x.dtype}, expected ${dtype}. ${conversionTo(dtype, x.dtype)}`);
    }
  }
}

/** What to do about an operand of type `found`. */
const conversionTo = (wanted: DType, found: DType): string =>
  isFloat(wanted) && isFloat(found) ? `Use cast(x, '${wanted}') first.` : `Give a tensor of ${wanted}.`;

const isFloat = (dtype: DType): dtype is FloatType => dtype === 'f32' || dtype === 'f16';

/**
 * @returns the type of the operands
 * @throws ShapeError naming the first operand that is neither f32 nor f16, or is of another type than the first one
 */
export function expectFloats(kernel: string, operands: Readonly<Record<string, Operand>>): FloatType {
  const [[first, { dtype }]] = Object.entries(operands);
  expect(isFloat(dtype), kernel, `${first} is ${dtype}, expected f32 or f16. Give a tensor of floating-point numbers.`);
  expectDtype(kernel, operands, dtype);
  return dtype;
}

/**
 * @param wholeVec4s whether the kernel reads or writes the operand four elements at a time
 * @throws ShapeError if an f16 operand is read or written in other pieces: two invocations would share a word
 */
export function expectHalvesInFours(kernel: string, name: string, x: Operand, wholeVec4s: boolean): void {
  expect(
    wholeVec4s || x.dtype !== 'f16',
    kernel,
    `${name} is f16 ${show(x.shape)}; rows of halves must be a multiple of 4 long. Use cast(x, 'f32') first.`,
  );
}
