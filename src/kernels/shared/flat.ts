/** Operands as flat textures, for kernels whose loads must not branch. */
import { cast } from '../cast/cast.ts';
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

/** The copy that makes a flat texture of a computed f32 operand. */
export function flatCopy(x: Operand): { texture: Operand; copy: Step } {
  const texture = operand([size(x)], 'f32', 'rgba32float');
  return { texture, copy: { from: x, to: texture } };
}

/** The steps that copy a computed operand to the start of a flat texture. Halves are widened first, because it holds f32. */
export function fillFlat(x: Operand, texture: Operand): Step[] {
  if (x.dtype !== 'f16') return [{ from: x, to: texture }];
  const widened = cast(x, 'f32');
  return [widened, { from: widened.outputs[0], to: texture }];
}

/** The steps that make a flat texture of a computed operand, f32 or f16. */
export function flatSteps(x: Operand): { texture: Operand; steps: Step[] } {
  const texture = operand([size(x)], 'f32', 'rgba32float');
  return { texture, steps: fillFlat(x, texture) };
}
