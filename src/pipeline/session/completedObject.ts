/**
 * The completed object: the occupied points of the grid. It keeps more points than it shows, so that the threshold can
 * change without a new sweep.
 */
import type { ColoredPoints } from '../coloredPoints.ts';
import { limitOf } from '../occupancy.ts';
import { toCamera, type Normalization } from '../points/normalization.ts';
import type { CompleterRole, GridPoints, SweptField } from '../roles.ts';
import { OptionError } from '../optionError.ts';

/** Points of the object, in meters in the camera's frame, in the order of the grid. */
export interface ObjectPoints extends ColoredPoints {
  /** Occupancy logits [n]. */
  readonly logits: Float32Array;
  /** Indices [n] of the points in the grid: x is the slowest axis, z the fastest. */
  readonly indices: Uint32Array;
  /** [n, 3] in the object's frame: the coordinates that the network was queried at. */
  readonly grid: Float32Array;
}

/** The parts of an object that do not depend on its threshold. */
export interface ObjectFacts {
  /** Role of the network that completed it: `complete` for an object, `scene` for a scene. */
  readonly role: CompleterRole;
  /** Distance between neighboring grid points, in meters. */
  readonly spacing: number;
  /** From the camera's frame to the object's frame. */
  readonly normalization: Normalization;
  /** Occupancy logits of all points that were queried: also of those that are not kept. */
  readonly field: SweptField;
  /** Points queried, and points of the whole grid. */
  readonly swept: { readonly queries: number; readonly of: number };
  /** Whether the sweep was stopped before it was done. */
  readonly partial: boolean;
  /** Why the sweep ended before it was done, if nobody stopped it. */
  readonly problem?: string;
  /** Every point with a probability above `minThreshold`. */
  readonly kept: ObjectPoints;
  /** The lowest threshold that `withThreshold` takes. */
  readonly minThreshold: number;
}

/** The points above `threshold`, with all facts of the object. Its fields are plain typed arrays and numbers. */
export class CompletedObject implements ObjectPoints, ObjectFacts {
  readonly xyz: Float32Array;
  readonly rgb: Uint8Array;
  readonly logits: Float32Array;
  readonly indices: Uint32Array;
  readonly grid: Float32Array;
  readonly role: CompleterRole;
  readonly spacing: number;
  readonly normalization: Normalization;
  readonly field: SweptField;
  readonly swept: ObjectFacts['swept'];
  readonly partial: boolean;
  readonly problem?: string;
  readonly kept: ObjectPoints;
  readonly minThreshold: number;

  /** @param threshold probability above which a point belongs to the object */
  constructor(
    facts: ObjectFacts,
    readonly threshold: number,
  ) {
    const { xyz, rgb, logits, indices, grid } = above(facts.kept, threshold);
    this.xyz = xyz;
    this.rgb = rgb;
    this.logits = logits;
    this.indices = indices;
    this.grid = grid;
    this.role = facts.role;
    this.spacing = facts.spacing;
    this.normalization = facts.normalization;
    this.field = facts.field;
    this.swept = facts.swept;
    this.partial = facts.partial;
    if (facts.problem !== undefined) this.problem = facts.problem;
    this.kept = facts.kept;
    this.minThreshold = facts.minThreshold;
  }

  /**
   * The same object with another threshold, from the kept logits; no new sweep runs.
   * @throws OptionError unless minThreshold <= threshold < 1
   */
  withThreshold(threshold: number): this {
    if (!(threshold >= this.minThreshold && threshold < 1)) {
      const isLower = threshold > 0 && threshold < 1;
      throw new OptionError(
        `The threshold is ${threshold}; this object holds the points above ${this.minThreshold}. ` +
          `Give a number from ${this.minThreshold} to 1` +
          (isLower ? `, or sweep again: complete(seen, { minThreshold: ${threshold} }).` : '.'),
      );
    }
    return new (this.constructor as new (facts: ObjectFacts, threshold: number) => this)(this, threshold);
  }
}

/** Grid points of a sweep as points of an object: in meters in the camera's frame, with colors as bytes. */
export function objectPoints({ xyz, colors, logits, indices }: GridPoints, normalization: Normalization): ObjectPoints {
  return { xyz: toCamera(xyz, normalization), rgb: bytesOf(colors), logits, indices, grid: xyz };
}

/** The points whose probability is above a threshold. */
export function above(points: ObjectPoints, threshold: number): ObjectPoints {
  const limit = limitOf(threshold);
  const { logits } = points;
  let count = 0;
  for (const logit of logits) if (logit > limit) count++;
  if (count === logits.length) return points;
  const out = {
    xyz: new Float32Array(3 * count),
    rgb: new Uint8Array(3 * count),
    logits: new Float32Array(count),
    indices: new Uint32Array(count),
    grid: new Float32Array(3 * count),
  };
  let at = 0;
  for (let i = 0; i < logits.length; i++) {
    if (!(logits[i] > limit)) continue;
    for (const name of ['xyz', 'rgb', 'grid'] as const) {
      for (let k = 0; k < 3; k++) out[name][3 * at + k] = points[name][3 * i + k];
    }
    out.logits[at] = logits[i];
    out.indices[at] = points.indices[i];
    at++;
  }
  return out;
}

/** Colors in 0..1 -> bytes, clamped. */
const bytesOf = (colors: Float32Array): Uint8Array =>
  Uint8Array.from(colors, (v) => Math.round(255 * Math.min(1, Math.max(0, v))));
