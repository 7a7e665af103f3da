/**
 * A constant is described by plain data. Two descriptions with the same data are one constant, on the host and on the
 * device.
 */
import { expect, sameShape, show } from '../kernels/check.ts';
import type { DType } from '../kernels/dispatch.ts';
import { keyOf } from './key.ts';

/** A weight: its name in the checkpoint, and the shape that it must have there. */
export interface WeightName {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface ConstantSpec {
  /** Names the computation, in errors and in GPU debuggers. Different computations have different names. */
  readonly name: string;
  /**
   * Everything besides the weights that the values depend on, as plain data: sizes, options, or the values themselves.
   */
  readonly of?: unknown;
  /** Weights that the constant is computed from; none by default. */
  readonly needs?: readonly WeightName[];
  readonly shape: readonly number[];
  /** f32 by default. */
  readonly dtype?: DType;
  /**
   * Computes the values once, on the host, from the weights in `needs`. It must depend on `of` and these weights alone.
   */
  readonly compute: (...weights: Float32Array[]) => Float32Array | Uint32Array;
}

/** The shape, type and weights of a constant. They must be the same in every description of one constant. */
export interface ConstantForm {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly needs: readonly WeightName[];
}

/** The key of a constant: `name`, `of` and the names of its weights. These must determine its form. */
export const constantKey = ({ name, of, needs = [] }: ConstantSpec): string =>
  keyOf({ name, of, needs: needs.map((weight) => weight.name) });

const showForm = ({ shape, dtype, needs }: ConstantForm): string =>
  `${dtype} ${show(shape)}` +
  (needs.length ? ` made from ${needs.map((w) => `${w.name} ${show(w.shape)}`).join(', ')}` : '');

/** @throws ShapeError if a constant was described before with another form */
export function expectSameForm(name: string, known: ConstantForm, wanted: ConstantForm): void {
  const same =
    sameShape(known.shape, wanted.shape) &&
    known.dtype === wanted.dtype &&
    known.needs.every((w, i) => sameShape(w.shape, wanted.needs[i].shape));
  expect(
    same,
    name,
    `this constant is ${showForm(wanted)} here, but was ${showForm(known)} before.\n` +
      '  Its name, `of` and weights say what it is. If two constants are meant, put what makes them differ into `of`.',
  );
}
