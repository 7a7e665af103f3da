/** The grid of points that a sweep queries. */
import { defaultBox } from './config.ts';
import type { Box } from '../roles.ts';

/** The granularity, the box or the chunk of a sweep is invalid. */
export class GridError extends Error {
  override name = 'GridError';
}

/** A grid in the object's frame. */
export interface Grid {
  /** Points along x, y, z. In the order of indices, x is the slowest axis and z the fastest. */
  readonly counts: readonly [number, number, number];
  /** Coordinates along x, along y, along z, one after the other. */
  readonly axes: Float32Array;
  /** Distance between neighboring points: the maximum over the three axes. */
  readonly step: number;
  /** Number of points. */
  readonly total: number;
}

/** Maximum number of points of a grid: 645 along each axis. A larger grid is probably a mistyped granularity. */
const MAX_POINTS = 2 ** 28;

const isTriple = (corner: unknown): corner is Box['min'] =>
  Array.isArray(corner) && corner.length === 3 && corner.every((c) => typeof c === 'number' && Number.isFinite(c));

const showCorner = (corner: unknown): string =>
  Array.isArray(corner) ? `[${corner.join(', ')}]` : `of type ${typeof corner}`;

/**
 * Checks a box from the caller: its corners `min` and `max` are three finite numbers each, and `min` is below `max` on
 * every axis. Exported for tests.
 * @throws GridError
 */
export function expectGridBox(box: unknown): asserts box is Box {
  const { min, max } = (box ?? {}) as Partial<Box>;
  for (const [name, corner] of Object.entries({ min, max })) {
    if (isTriple(corner)) continue;
    throw new GridError(
      `The corner ${name} of the grid's box is ${showCorner(corner)}. Give three finite numbers: x, y and z, such as ` +
        '{ min: [-3, -3, -3], max: [3, 3, 3] }.',
    );
  }
  const axis = [0, 1, 2].find((i) => !(min![i] < max![i]));
  if (axis === undefined) return;
  throw new GridError(
    `The grid's box from (${min!.join(', ')}) to (${max!.join(', ')}) is empty along ${'xyz'[axis]}. ` +
      'Each number of `min` must be less than that of `max`.',
  );
}

/**
 * A grid with N = ceil(size / granularity) points along each axis, at center + (i - N / 2) / (N / 2 / (size / 2)).
 * as in the released code: from the lower bound to one step below the upper bound, with a step of size / N, in float32.
 * @throws GridError for an invalid box, a granularity that is not positive, or more than 2^28 points
 */
export function gridOf(granularity: number, box: Box = defaultBox): Grid {
  if (!(granularity > 0) || !Number.isFinite(granularity)) {
    throw new GridError(`The granularity is ${granularity}; it is a distance. Give a positive number such as 0.05.`);
  }
  expectGridBox(box);
  const sizes = box.max.map((max, axis) => max - box.min[axis]);
  const counts = sizes.map((s) => Math.ceil(s / granularity)) as [number, number, number];
  const total = counts.reduce((a, b) => a * b, 1);
  if (total > MAX_POINTS) {
    throw new GridError(
      `A granularity of ${granularity} gives ${counts.join(' x ')} points; at most ${MAX_POINTS} can be swept.\n` +
        '  Use a larger granularity or a smaller box.',
    );
  }
  const axes = counts.flatMap((n, axis) => axisOf(n, sizes[axis] / 2, (box.min[axis] + box.max[axis]) / 2));
  const step = Math.max(...sizes.map((s, axis) => s / counts[axis]));
  return { counts, axes: Float32Array.from(axes), step, total };
}

/** Coordinates of n points around `center`, rounded to float32 after every operation. */
function axisOf(n: number, half: number, center: number): number[] {
  const divisor = Math.fround(n / 2 / half);
  return Array.from({ length: n }, (_, i) =>
    Math.fround(Math.fround(Math.fround(i - n / 2) / divisor) + Math.fround(center)),
  );
}

/** Coordinates [n, 3] of grid points by their indices. */
export function pointsOf({ counts: [nx, ny, nz], axes }: Grid, indices: ArrayLike<number>): Float32Array {
  const xyz = new Float32Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const p = indices[i];
    xyz[3 * i] = axes[Math.floor(p / (ny * nz))];
    xyz[3 * i + 1] = axes[nx + (Math.floor(p / nz) % ny)];
    xyz[3 * i + 2] = axes[nx + ny + (p % nz)];
  }
  return xyz;
}
