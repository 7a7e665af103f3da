/** Counts numbers that are NaN or infinite. */
import { expectFloats, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { bufferBytes, VEC4_BYTES } from '../dtype.ts';
import { ceilDiv } from '../grid.ts';
import nonFiniteWgsl from './nonFinite.wgsl';

/** Vec4s of words that an invocation reads, as long as there are few workgroups. */
const PER_INVOCATION = 16;
/** More workgroups would make the counts no faster, and there are more of them to read. */
const MAX_WORKGROUPS = 256;

/**
 * x [...], f32 or f16 -> u32 [n]: numbers that are NaN or infinite, counted by n workgroups. Their sum is the number of all.
 * @throws ShapeError if x is of another type
 */
export function nonFinite(x: Operand): Dispatch {
  const dtype = expectFloats('nonFinite', { x });
  const vectors = bufferBytes(size(x), dtype) / VEC4_BYTES;
  const workgroups = Math.min(MAX_WORKGROUPS, ceilDiv(vectors, 64 * PER_INVOCATION));
  return {
    kernel: 'nonFinite',
    wgsl: [nonFiniteWgsl],
    constants: { halves: dtype === 'f16' ? 1 : 0 },
    params: { n: size(x), vectors },
    inputs: [x],
    outputs: [operand([workgroups], 'u32')],
    workgroups: [workgroups, 1, 1],
  };
}
