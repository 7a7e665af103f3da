/** Compares the result with f16 weights with the result with f32 weights. */
import type { Role } from '../../src/pipeline/roles.ts';

export type Difference =
  /** Masks: intersection over union, and number of pixels that differ. */
  | { readonly of: 'mask'; readonly iou: number; readonly different: number; readonly pixels: number }
  /** Depths: change relative to the f32 depth. */
  | { readonly of: 'depth'; readonly meanRelative: number; readonly maxRelative: number }
  /** Sets of occupied points. */
  | {
      readonly of: 'points';
      readonly iou: number;
      readonly both: number;
      readonly onlyF32: number;
      readonly onlyF16: number;
    };

/** How the results of each role are compared. */
const COMPARE: Readonly<Record<Role, (f32: Uint8Array, f16: Uint8Array) => Difference>> = {
  segment: maskDifference,
  depth: (f32, f16) => depthDifference(floats(f32), floats(f16)),
  complete: (f32, f16) => pointDifference(floats(f32), floats(f16)),
  scene: (f32, f16) => pointDifference(floats(f32), floats(f16)),
};

/** @param role of the network
 *  @param f32, f16 results as the runs wrote them: masks of bytes, depths or points of floats
 *  @throws Error when masks or depths differ in length, or there is nothing to compare */
export function differenceOf(role: Role, f32: Uint8Array, f16: Uint8Array): Difference {
  const isEmpty = f32.length === 0 || f16.length === 0;
  if (isEmpty || ((role === 'segment' || role === 'depth') && f32.length !== f16.length)) {
    throw new Error(`results of ${f32.length} and ${f16.length} bytes cannot be compared.`);
  }
  return COMPARE[role](f32, f16);
}

/** Copies the bytes: they may be a view at an unaligned offset. */
const floats = (bytes: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);

function maskDifference(a: Uint8Array, b: Uint8Array): Difference {
  let [both, either] = [0, 0];
  a.forEach((value, i) => {
    both += value & b[i];
    either += value | b[i];
  });
  if (either === 0) throw new Error('two empty masks say nothing about the weights: give a photo with an object.');
  return { of: 'mask', iou: both / either, different: either - both, pixels: a.length };
}

function depthDifference(a: Float32Array, b: Float32Array): Difference {
  let [sum, max] = [0, 0];
  a.forEach((value, i) => {
    const change = Math.abs(b[i] - value) / Math.abs(value);
    sum += change;
    max = Math.max(max, change);
  });
  return { of: 'depth', meanRelative: sum / a.length, maxRelative: max };
}

function pointDifference(a: Float32Array, b: Float32Array): Difference {
  const [first, second] = [pointsOf(a), pointsOf(b)];
  const both = [...first].filter((point) => second.has(point)).length;
  const [onlyF32, onlyF16] = [first.size - both, second.size - both];
  return { of: 'points', iou: both / (both + onlyF32 + onlyF16), both, onlyF32, onlyF16 };
}

/** Grid points, whose coordinates are the same bits in every run. */
function pointsOf(xyz: Float32Array): Set<string> {
  return new Set(Array.from({ length: xyz.length / 3 }, (_, i) => xyz.subarray(3 * i, 3 * i + 3).join(' ')));
}
