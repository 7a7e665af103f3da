/** Shape checks of all kernels: one voice for messages. */
import type { DType, Operand } from './dispatch.ts';

/** Operands of a kernel do not fit together. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** Something is larger than the adapter allows. */
export class LimitError extends Error {
  override name = 'LimitError';
}

export const size = (x: { readonly shape: readonly number[] }): number => x.shape.reduce((a, b) => a * b, 1);

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

/** @throws ShapeError naming the first operand with fewer or more axes than `rank` */
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
    if (x && x.dtype !== dtype)
      throw new ShapeError(`${kernel}: ${name} is ${x.dtype}, expected ${dtype}. Convert it first.`);
  }
}
