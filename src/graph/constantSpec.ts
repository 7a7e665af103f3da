/** What a constant is, as data: two requests for the same data are one constant, on the host and on the device. */
import { expect, sameShape, show } from '../kernels/check.ts';
import type { DType } from '../kernels/dispatch.ts';
import { keyOf } from './key.ts';

/** A weight by its name in the checkpoint, and the shape that the checkpoint must have for it. */
export interface WeightName {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface ConstantSpec {
  /** Names the computation, in errors and for the device's tools. Two computations have two names. */
  readonly name: string;
  /**
   * Everything that the values depend on beside the weights, as plain data: sizes, options, and the values themselves
   * where they come from data.
   */
  readonly of?: unknown;
  /** The weights that it is computed from; none by default. */
  readonly needs?: readonly WeightName[];
  readonly shape: readonly number[];
  /** f32 by default. */
  readonly dtype?: DType;
  /** Computes the values on the host, once. It must depend on nothing but `of` and the weights given. */
  readonly compute: (...weights: Float32Array[]) => Float32Array | Uint32Array;
}

/** What must be the same wherever one constant is asked for. */
export interface ConstantForm {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly needs: readonly WeightName[];
}

/** Identifies the values: `name`, `of` and the names of the weights. The form must follow from these. */
export const constantKey = ({ name, of, needs = [] }: ConstantSpec): string =>
  keyOf({ name, of, needs: needs.map((weight) => weight.name) });

const showForm = ({ shape, dtype, needs }: ConstantForm): string =>
  `${dtype} ${show(shape)}` +
  (needs.length ? ` made from ${needs.map((w) => `${w.name} ${show(w.shape)}`).join(', ')}` : '');

/** @throws ShapeError if one constant is asked for in two forms */
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
