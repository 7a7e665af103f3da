/**
 * Checks of kernels: what a kernel computes for given inputs, what it must be, and how far off it may be. The tests run them,
 * and `unflat doctor --deep` on any adapter.
 */
import type { Sources } from '../../src/graph/evaluate.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import type { HostArray } from '../../src/graph/transfer.ts';
import type { Precision, Preferences } from '../../src/kernels/target.ts';

/** What one result must be. */
export interface Expected {
  /** How wrong values are, in the unit of the bound; NaN if there is no telling. */
  error(actual: HostArray): number;
  /** Largest allowed error. */
  readonly bound: number;
}

export interface Trial {
  build(sources: Sources): Readonly<Record<string, Tensor>>;
  /** @param others results that no entry is about, on which others may depend */
  expected(results: Readonly<Record<string, HostArray>>): Readonly<Record<string, Expected>>;
}

export interface KernelCheck {
  /** Name of the kernel, as of its folder. */
  readonly kernel: string;
  /** Sizes, such as `[5, 48] around 0`. */
  readonly name: string;
  /** The entry of the target that selects the kernel's variant; absent if it has one alone. */
  readonly entry?: Exclude<keyof Preferences, 'sweep'>;
  /** @param precision how the device stores large weights, which the result depends on */
  prepare(precision: Precision): Trial;
}

/** The values, bit by bit. */
export const exactly = (values: ArrayLike<number>): Expected => ({
  bound: 0,
  error: (actual) => countOf(actual, values, (a, b) => (Object.is(a, b) ? 0 : 1)).reduce((sum, n) => sum + n, 0),
});

/** The values, each with an absolute error of `bound` at most. */
export const within = (values: ArrayLike<number>, bound: number): Expected => ({
  bound,
  error: (actual) => countOf(actual, values, (a, b) => Math.abs(a - b)).reduce(worse, 0),
});

/** The values, each with a bound of its own. The error is the largest share of its bound. */
export const withinEach = (values: ArrayLike<number>, boundOf: (i: number) => number): Expected => ({
  bound: 1,
  error: (actual) =>
    countOf(actual, values, (a, b, i) => (a === b ? 0 : Math.abs(a - b) / boundOf(i))).reduce(worse, 0),
});

/** The larger one; NaN stays. */
const worse = (a: number, b: number): number => (a > b ? a : b > a || Number.isNaN(b) ? b : a);

function countOf(
  actual: HostArray,
  expected: ArrayLike<number>,
  differ: (a: number, b: number, i: number) => number,
): Float64Array {
  if (actual.length !== expected.length) return Float64Array.of(NaN);
  return Float64Array.from(expected, (value, i) => differ(actual[i], value, i));
}
