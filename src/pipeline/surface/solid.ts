/**
 * The solid: a field that is positive inside the object, from the shell of occupied points around its surface.
 *
 * MCC says "occupied" within about 0.1 of the surface, so the occupied points are a shell on both sides of it. The surface
 * is looked for in the middle of the shell, between the outside and the inside that it encloses. Where the camera saw the
 * object, the depth map says better where the surface is.
 */
import type { VisibleSide } from './visibleSide.ts';
import { passHeights } from './passHeights.ts';
import { localThickness } from './thickness.ts';
import { travelTimes } from './travelTime.ts';
import { stepOf, stridesOf, type Volume } from './volume.ts';

export interface Solid {
  /** [voxels]: distances to the surface near it, positive inside, in the object's frame. */
  readonly values: Float32Array;
  /** Whether the shell encloses an inside. If not, the object is as thick as its shell suggests. */
  readonly isHollow: boolean;
  /** Whether that inside is open to the outside at the network's threshold: through a gap that was closed. */
  readonly leaks: boolean;
}

// The constants were chosen on scenes 900,000 to 900,007 of tools/train, which measurements do not use.

/** A place belongs to the inside if every way out goes over a logit this much higher than its own. */
const ENCLOSED = 0.5;
/** A gap in the shell is closed if its logit is not farther than this below the limit; through others, air comes in. */
const GAP = 0.5;
const GAP_BINS = 64;
/** Hollows of this share of the whole inside do not matter. */
const SMALL_SHARE = 0.05;
/** Time to cross the shell grows by this power of e per unit of logit: the surface is where the network is surest. */
const SURENESS = 0.25;
/** The surface divides the way through the shell: this share of the time from inside lies outside of it. */
const OUTER_SHARE = 0.6;
/** Thin parts have no inside: their surface lies below the shell's outer border by this share of the local thickness, ... */
const THIN_SHARE = 0.6;
/** ... and at most this deep. So does the surface of all that is farther than `FAR` from any inside. */
const DEPTH = 0.2;
const FAR = 0.3;
/** Radii up to which a part is thin, and from which it is thick: then its inside alone says where its surface is. */
const THIN = 0.4;
const THICK = 0.5;
/** Times are cut off here, so that smoothing sees similar values on both sides of the surface. */
const MOST = 0.3;
/** Logits below this and above that count as these, from the limit, when the time of travel is computed. */
const SURE_RANGE = [-3.5, 5.5] as const;
/** Logit above the limit at which time and distance are the same. */
const UNIT_LOGIT = 1.4;

/** Behind the visible surface, the inside begins at the latest at this distance. */
const SEEN_DEPTH = 0.05;
/** In front of it, this much is surely free. */
const FREE_DEPTH = 0.3;
/** The depth map alone decides up to the first distance in front and behind; from the second on, the shell alone. */
const FRONT_BAND = [0.15, 0.3] as const;
const BACK_BAND = [0.05, 0.1] as const;
/** Confidence from which the depth map says what is inside. */
const TRUSTED = 0.5;

/** What the shell alone says of each voxel: the same whether the visible side is known or not. */
export interface ShellAnalysis extends Pick<Solid, 'isHollow' | 'leaks'> {
  readonly volume: Volume;
  /** Logit from which a voxel belongs to the shell. */
  readonly level: number;
  /** [voxels], 1 or 0. */
  readonly outside: Uint8Array;
  readonly inside: Uint8Array;
  /** [voxels]: time to cross a voxel. */
  readonly cost: Float32Array;
  /** [voxels]: how far below the shell's outer border, and the local thickness there. */
  readonly depth: Float32Array;
  readonly thickness: Float32Array;
}

/**
 * @param volume logits
 * @param limit logit above which a point is occupied
 */
export function analyzeShell(volume: Volume, limit: number): ShellAnalysis {
  const { values: logits } = volume;
  const passes = passHeights(volume);
  const { level, isHollow, leaks } = hollowOf(logits, passes, limit);
  const [outside, inside] = [new Uint8Array(logits.length), new Uint8Array(logits.length)];
  for (let i = 0; i < logits.length; i++) {
    if (passes[i] < level) outside[i] = 1;
    else if (passes[i] - logits[i] > ENCLOSED && logits[i] < level) inside[i] = 1;
  }
  const cost = logits.map((logit) =>
    Math.exp(SURENESS * (Math.min(SURE_RANGE[1], Math.max(SURE_RANGE[0], logit - limit)) - UNIT_LOGIT)),
  );
  const depth = travelTimes(volume, outside, level, new Float32Array(logits.length).fill(1));
  const thickness = localThickness(volume, depth, THICK);
  return { volume, level, isHollow, leaks, outside, inside, cost, depth, thickness };
}

/** @param seen the visible side; undefined: the shell alone is used */
export function solidOf(shell: ShellAnalysis, seen?: VisibleSide): Solid {
  const { volume, level, cost, depth, thickness, isHollow, leaks } = shell;
  const step = stepOf(volume);
  const [outside, inside] = [shell.outside.slice(), shell.inside.slice()];
  if (seen) markSeen(seen, outside, inside);
  const fromOutside = travelTimes(volume, outside, level, cost);
  const fromInside = travelTimes(volume, inside, level, cost);
  let values: Float32Array = new Float32Array(depth.length);
  for (let i = 0; i < values.length; i++) {
    const middle = clamp((1 - OUTER_SHARE) * fromOutside[i] - OUTER_SHARE * fromInside[i], MOST);
    const filled = depth[i] > 0 ? depth[i] - fillDepth(thickness[i], fromInside[i]) : -step / 2;
    values[i] = Math.max(middle, clamp(filled, MOST));
    if (outside[i]) values[i] = Math.min(values[i], -step / 5);
  }
  values = smoothed(volume, values);
  if (seen) fuse(values, seen);
  closeBorder(volume, values);
  return { values, isHollow, leaks };
}

/**
 * The level of the logits that tells the shell from what is outside and inside of it: the limit, or, if the shell has a gap
 * there, the level just below the gap.
 */
function hollowOf(
  logits: Float32Array,
  passes: Float32Array,
  limit: number,
): { level: number; isHollow: boolean; leaks: boolean } {
  const lowest = limit - GAP;
  let [enclosed, leaking, level] = [0, 0, limit];
  const counts = new Uint32Array(GAP_BINS);
  for (let i = 0; i < logits.length; i++) {
    if (!(passes[i] > lowest && logits[i] < lowest && passes[i] - logits[i] > ENCLOSED)) continue;
    enclosed++;
    if (passes[i] >= limit) continue;
    leaking++;
    counts[Math.floor(((passes[i] - lowest) / GAP) * GAP_BINS)]++;
  }
  const leaks = leaking > SMALL_SHARE * enclosed;
  // Hollows behind the lowest gaps are left out if all of them together are small.
  for (let bin = 0, sum = 0; leaks && level === limit; bin++) {
    sum += counts[bin];
    if (sum > SMALL_SHARE * enclosed) level = lowest + (bin / GAP_BINS) * GAP;
  }
  return { level, isHollow: enclosed > 0, leaks };
}

/** How far below the shell's outer border the surface lies at least, if it cannot be found from inside. */
function fillDepth(thickness: number, fromInside: number): number {
  if (fromInside > FAR || thickness < THIN) return Math.min(DEPTH, THIN_SHARE * thickness);
  const share = clamp01((thickness - THIN) / (THICK - THIN));
  return (THIN_SHARE + share * (1 - THIN_SHARE)) * thickness;
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

/** What lies right in front of the visible surface is outside, what lies right behind it is inside. */
function markSeen({ distance, confidence }: VisibleSide, outside: Uint8Array, inside: Uint8Array): void {
  for (let i = 0; i < distance.length; i++) {
    if (!(confidence[i] > TRUSTED)) continue;
    const d = distance[i];
    if (d < 0 && d > -FREE_DEPTH) {
      outside[i] = 1;
      inside[i] = 0;
    } else if (d > 0 && d < SEEN_DEPTH) {
      outside[i] = 0;
      inside[i] = 1;
    }
  }
}

/** Near the visible surface, the field becomes the distance to it. */
function fuse(values: Float32Array, { distance, confidence }: VisibleSide): void {
  for (let i = 0; i < values.length; i++) {
    if (confidence[i] === 0) continue;
    const d = distance[i];
    const weight = confidence[i] * (d < 0 ? fade(-d, FRONT_BAND) : fade(d, BACK_BAND));
    if (weight > 0) values[i] = weight * clamp(d, FRONT_BAND[0]) + (1 - weight) * values[i];
  }
}

/** Outside of the volume nothing is known; the surface closes at its border. */
function closeBorder({ counts: [nx, ny, nz] }: Volume, values: Float32Array): void {
  for (let x = 0; x < nx; x++) {
    for (let y = 0; y < ny; y++) {
      const isWhole = x === 0 || y === 0 || x === nx - 1 || y === ny - 1;
      for (let z = 0; z < nz; z += isWhole ? 1 : Math.max(1, nz - 1)) {
        const i = (x * ny + y) * nz + z;
        if (!(values[i] < 0)) values[i] = -MOST;
      }
    }
  }
}

/** 1 up to the first distance, 0 from the second on. */
const fade = (d: number, [from, to]: readonly [number, number]): number => clamp01((to - d) / (to - from));

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

/** Weights 1, 2, 1 along one axis after the other. The border keeps its values. */
function smoothed(volume: Volume, values: Float32Array): Float32Array {
  let current = values;
  for (const stride of stridesOf(volume)) {
    const out = current.slice();
    for (let i = stride; i < out.length - stride; i++) {
      out[i] = 0.25 * current[i - stride] + 0.5 * current[i] + 0.25 * current[i + stride];
    }
    current = out;
  }
  return current;
}
