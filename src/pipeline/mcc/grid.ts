/** The grid of points that a sweep queries. */
import { defaultBox, defaultStep, type MccConfig } from './config.ts';
import type { Box, GridOptions } from '../roles.ts';

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
  /** Number of indices: counts multiplied. */
  readonly total: number;
  /** Ascending indices of the points that belong to the grid; undefined if all do. */
  readonly inside?: Uint32Array;
}

/** Number of points that belong to a grid. */
export const pointCount = ({ inside, total }: Grid): number => inside?.length ?? total;

/** Maximum number of points of a grid: 645 along each axis. A larger grid is probably a mistyped granularity. */
const MAX_POINTS = 2 ** 28;

/**
 * The grid that a network queries: a box from the caller, else what the network was trained with.
 * @throws GridError as `gridOf`
 */
export function gridFor(config: MccConfig, { granularity = defaultStep(config), gridBox }: GridOptions = {}): Grid {
  const { halfBall } = config;
  if (halfBall !== undefined && !gridBox) return halfBallGrid(granularity, halfBall);
  return gridOf(granularity, gridBox ?? config.box);
}

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
  expectGranularity(granularity);
  expectGridBox(box);
  const sizes = box.max.map((max, axis) => max - box.min[axis]);
  const counts = sizes.map((s) => Math.ceil(s / granularity)) as [number, number, number];
  const total = totalOf(counts, granularity);
  const axes = counts.flatMap((n, axis) => axisOf(n, sizes[axis] / 2, (box.min[axis] + box.max[axis]) / 2));
  const step = Math.max(...sizes.map((s, axis) => s / counts[axis]));
  return { counts, axes: Float32Array.from(axes), step, total };
}

/**
 * The grid of a scene: the points of the half ball in front of the camera, which is at the origin. x and y go from -k to k
 * steps and z from 0 to k, with k = floor(radius / granularity); what is farther away than the radius is left out.
 * as in the released code: the step is the granularity itself, and coordinates are rounded to float32.
 * @throws GridError for a granularity that is not positive, or more than 2^28 points
 */
export function halfBallGrid(granularity: number, radius: number): Grid {
  expectGranularity(granularity);
  const k = Math.floor(radius / granularity);
  const counts = [2 * k + 1, 2 * k + 1, k + 1] as const;
  const total = totalOf(counts, granularity);
  const step = Math.fround(granularity);
  const across = Float32Array.from({ length: 2 * k + 1 }, (_, i) => (i - k) * step);
  const axes = Float32Array.of(...across, ...across, ...across.subarray(k));
  const squares = across.map((v) => v * v);
  const inside = new Uint32Array(total);
  let found = 0;
  let index = 0;
  for (const x of squares) {
    for (const y of squares) {
      const xy = Math.fround(x + y);
      for (let i = k; i <= 2 * k; i++, index++) {
        if (Math.fround(Math.sqrt(Math.fround(xy + squares[i]))) <= radius) inside[found++] = index;
      }
    }
  }
  return { counts, axes, step: granularity, total, inside: inside.slice(0, found) };
}

function expectGranularity(granularity: number): void {
  if (granularity > 0 && Number.isFinite(granularity)) return;
  throw new GridError(`The granularity is ${granularity}; it is a distance. Give a positive number such as 0.05.`);
}

/** Number of indices of a grid. @throws GridError if they are too many */
function totalOf(counts: Grid['counts'], granularity: number): number {
  const total = counts.reduce((a, b) => a * b, 1);
  if (total <= MAX_POINTS) return total;
  throw new GridError(
    `A granularity of ${granularity} gives ${counts.join(' x ')} points; at most ${MAX_POINTS} can be swept.\n` +
      '  Use a larger granularity or a smaller box.',
  );
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
