/** Between the fixtures' layout (channels before rows and columns) and the engine's (channels last). */
import type { Values } from './values.ts';

/** Reorders axes on the host: `order[i]` is the axis that becomes axis i. */
export function permuted({ shape, data }: Values, order: readonly number[]): Values & { data: Float32Array } {
  const to = order.map((axis) => shape[axis]);
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const out = new Float32Array(data.length);
  const index = new Array<number>(to.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += steps[order[axis]];
      if (++index[axis] < to[axis]) break;
      from -= steps[order[axis]] * to[axis];
      index[axis] = 0;
    }
  }
  return { shape: to, data: out };
}

export const toChannelsLast = (x: Values) => permuted(x, [0, 2, 3, 1]);
export const toChannelsFirst = (x: Values) => permuted(x, [0, 3, 1, 2]);

/** `full[::a, ::b, ...]`; missing trailing steps are 1. */
export function strided({ shape, data }: Values, steps: readonly number[]): Values {
  const to = shape.map((n, axis) => Math.ceil(n / (steps[axis] ?? 1)));
  const jumps = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1) * (steps[axis] ?? 1));
  const out = new Float32Array(to.reduce((a, b) => a * b, 1));
  const index = new Array<number>(to.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += jumps[axis];
      if (++index[axis] < to[axis]) break;
      from -= jumps[axis] * to[axis];
      index[axis] = 0;
    }
  }
  return { shape: to, data: out };
}

/** [H, W, 3] bytes -> one RGBA8 word per pixel, red in the low byte, opaque. */
export function toWords({ data }: Values): Uint32Array {
  const words = new Uint32Array(data.length / 3);
  for (let i = 0; i < words.length; i++) {
    words[i] = (data[3 * i] | (data[3 * i + 1] << 8) | (data[3 * i + 2] << 16) | 0xff000000) >>> 0;
  }
  return words;
}

/** RGBA8 words -> [.., 3] bytes. */
export function fromWords(words: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(words.length * 3);
  for (let i = 0; i < words.length; i++) {
    for (let c = 0; c < 3; c++) bytes[3 * i + c] = (words[i] >>> (8 * c)) & 255;
  }
  return bytes;
}
