/** Operands as flat textures, for kernels whose loads must not branch. */
import { show, size } from '../check.ts';
import { flatRows, operand, packed, type Operand, type Step } from '../dispatch.ts';

/** Rows of a texture that every WebGPU adapter allows. */
const MAX_ROWS = 8192;

/** Whether an operand can be a flat texture (f32, whole vec4s, not too many of them), or the reason why not. */
export function supportsTexture(name: string, x: Operand): true | string {
  if (x.dtype !== 'f32') return `${name} is ${x.dtype}, and flat textures hold f32`;
  if (size(x) % 4 !== 0) return `${name} ${show(x.shape)} is not made of whole vec4s`;
  const rows = flatRows(size(x));
  return rows <= MAX_ROWS || `${name} ${show(x.shape)} would be a texture of ${rows} rows, at most ${MAX_ROWS} fit`;
}

/** A constant as a flat texture, made when it is uploaded. */
export const flatConstant = (x: Operand): Operand =>
  packed(x, { key: 'flat', storage: 'rgba32float', size: size(x), apply: (data) => data });

/** The copy that makes a flat texture of a computed operand. */
export function flatCopy(x: Operand): { texture: Operand; copy: Step } {
  const texture = operand([size(x)], 'f32', 'rgba32float');
  return { texture, copy: { from: x, to: texture } };
}
