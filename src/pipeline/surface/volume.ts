/** A box of voxels around an object, in the object's frame. */
import type { SweptField } from '../roles.ts';

export type Triple = readonly [number, number, number];

/** Values at the points of a box; x is the slowest axis, z the fastest. */
export interface Volume {
  readonly counts: Triple;
  /** Coordinates of the first point. */
  readonly origin: Triple;
  /** Distance of neighbors along each axis. */
  readonly steps: Triple;
  readonly values: Float32Array;
}

/** Distance of neighbors, where one number must do: axes differ by less than a step in the whole grid. */
export const stepOf = ({ steps }: Volume): number => (steps[0] + steps[1] + steps[2]) / 3;

/** Distances in indices to the next point along x, y and z. */
export const stridesOf = ({ counts }: Pick<Volume, 'counts'>): Triple => [counts[1] * counts[2], counts[2], 1];

/** A side of the grid that the object touches, such as `x` low. */
export interface Side {
  readonly axis: 'x' | 'y' | 'z';
  readonly end: 'low' | 'high';
}

/** What is known of an object, around its occupied points. */
export interface Shell {
  /** Logits; points that were not queried have one that is far below the limit. */
  readonly volume: Volume;
  /** Sides of the grid at which occupied points lie: the object may go on beyond them. */
  readonly touches: readonly Side[];
}

/** Voxels of coarser grids are refined to about this size. */
const FINE_STEP = 0.05;
/** Refinement is bounded, because it adds no knowledge. */
const MAX_REFINEMENT = 4;
/** Free space around the occupied points, so that the outside is in one piece. */
const MARGIN = 0.3;
/** Logit of what was not queried, below the limit: nothing occupied was near it. */
const UNKNOWN = -4.5;

/**
 * The part of a field around its occupied points, refined to voxels of about 0.05 where the grid is coarser.
 * @param limit logit above which a point is occupied
 * @returns undefined if no point is occupied
 */
export function shellOf(field: SweptField, limit: number): Shell | undefined {
  const bounds = boundsOf(field, limit);
  if (!bounds) return undefined;
  const { counts, axes } = field;
  const starts = [0, counts[0], counts[0] + counts[1]];
  const steps = counts.map((n, a) => (n > 1 ? (axes[starts[a] + n - 1] - axes[starts[a]]) / (n - 1) : 1));
  const touches = (['x', 'y', 'z'] as const).flatMap((axis, a): Side[] => [
    ...(bounds.low[a] === 0 ? [{ axis, end: 'low' } as const] : []),
    ...(bounds.high[a] === counts[a] - 1 ? [{ axis, end: 'high' } as const] : []),
  ]);
  const margin = steps.map((step) => Math.max(3, Math.ceil(MARGIN / step)));
  const low = bounds.low.map((i, a) => i - margin[a]);
  const size = bounds.high.map((i, a) => i + margin[a] - low[a] + 1) as [number, number, number];
  const values = new Float32Array(size[0] * size[1] * size[2]).fill(limit + UNKNOWN);
  for (let x = 0; x < size[0]; x++) {
    for (let y = 0; y < size[1]; y++) {
      const [gx, gy] = [x + low[0], y + low[1]];
      if (gx < 0 || gy < 0 || gx >= counts[0] || gy >= counts[1]) continue;
      for (let z = Math.max(0, -low[2]); z < size[2] && z + low[2] < counts[2]; z++) {
        const logit = field.logits[(gx * counts[1] + gy) * counts[2] + z + low[2]];
        // Surely free and not queried is the same: a point that was queried alone must not be a hollow.
        if (logit > limit + UNKNOWN) values[(x * size[1] + y) * size[2] + z] = logit;
      }
    }
  }
  const origin = low.map((i, a) => axes[starts[a]] + i * steps[a]) as [number, number, number];
  const volume = { counts: size, origin, steps: steps as [number, number, number], values };
  const factor = Math.min(MAX_REFINEMENT, Math.max(1, Math.round(stepOf(volume) / FINE_STEP)));
  return { volume: refine(volume, factor), touches };
}

function boundsOf({ counts, logits }: SweptField, limit: number): { low: number[]; high: number[] } | undefined {
  const [low, high] = [
    [Infinity, Infinity, Infinity],
    [-1, -1, -1],
  ];
  for (let x = 0, i = 0; x < counts[0]; x++) {
    for (let y = 0; y < counts[1]; y++) {
      for (let z = 0; z < counts[2]; z++, i++) {
        if (!(logits[i] > limit)) continue;
        [x, y, z].forEach((place, a) => {
          low[a] = Math.min(low[a], place);
          high[a] = Math.max(high[a], place);
        });
      }
    }
  }
  return high[0] < 0 ? undefined : { low, high };
}

/** Puts `factor` - 1 points between neighbors, by cubic interpolation along one axis after the other (Catmull-Rom). */
function refine(volume: Volume, factor: number): Volume {
  if (factor === 1) return volume;
  const weights = Array.from({ length: factor }, (_, k) => catmullRom(k / factor));
  let { values } = volume;
  const counts = [...volume.counts] as [number, number, number];
  for (let axis = 0; axis < 3; axis++) {
    const stride = counts.slice(axis + 1).reduce((a, b) => a * b, 1);
    const n = counts[axis];
    const fine = (n - 1) * factor + 1;
    const outer = counts.slice(0, axis).reduce((a, b) => a * b, 1);
    const out = new Float32Array(outer * fine * stride);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < fine; i++) {
        const from = Math.floor(i / factor);
        const [w0, w1, w2, w3] = weights[i % factor];
        const at = (o * n + from) * stride;
        const [back, next, far] = [from > 0 ? -1 : 0, Math.min(1, n - 1 - from), Math.min(2, n - 1 - from)];
        const to = (o * fine + i) * stride;
        for (let k = 0; k < stride; k++) {
          const p = at + k;
          out[to + k] =
            w0 * values[p + back * stride] +
            w1 * values[p] +
            w2 * values[p + next * stride] +
            w3 * values[p + far * stride];
        }
      }
    }
    values = out;
    counts[axis] = fine;
  }
  const steps = volume.steps.map((step) => step / factor) as [number, number, number];
  return { counts, origin: volume.origin, steps, values };
}

/** Weights of four neighbors for a point at t of the way from the second to the third. */
const catmullRom = (t: number): [number, number, number, number] => [
  t * (-0.5 + t * (1 - 0.5 * t)),
  1 + t * t * (-2.5 + 1.5 * t),
  t * (0.5 + t * (2 - 1.5 * t)),
  t * t * (-0.5 + 0.5 * t),
];
