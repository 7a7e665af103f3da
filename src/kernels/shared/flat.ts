/** Operands as flat textures, for kernels whose loads must not branch. */
import { size } from '../check.ts';
import { flatRows, operand, packed, type Operand, type Step } from '../dispatch.ts';

/** Rows of a texture that every WebGPU adapter allows. */
const MAX_ROWS = 8192;

/** Whether an operand can be a flat texture: whole vec4s, and not too many. */
export const fitsTexture = (x: Operand): boolean => size(x) % 4 === 0 && flatRows(size(x)) <= MAX_ROWS;

/** A constant as a flat texture, made when it is uploaded. */
export const flatConstant = (x: Operand): Operand =>
  packed(x, { key: 'flat', storage: 'rgba32float', size: size(x), apply: (data) => data });

/** The copy that makes a flat texture of a computed operand. */
export function flatCopy(x: Operand): { texture: Operand; copy: Step } {
  const texture = operand([size(x)], 'f32', 'rgba32float');
  return { texture, copy: { from: x, to: texture } };
}
