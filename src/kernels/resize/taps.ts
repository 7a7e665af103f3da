/**
 * Input positions and weights of each output position of a resized axis. The host computes them once, in the order and
 * precision (float32) of PyTorch's interpolate. Exact coordinates would differ by 1e-5 at a few hundred pixels.
 */
import { expect } from '../check.ts';

export type ResizeMode = 'nearest' | 'bilinear' | 'bicubic';

export interface AxisSpec {
  readonly mode: ResizeMode;
  /** Whether the outermost sample centers, not the outermost edges, of input and output coincide. */
  readonly alignCorners: boolean;
  readonly from: number;
  readonly to: number;
  /** Input step per output step, 1 / scaleFactor, if it is not from / to. */
  readonly scale?: number;
}

/** A table [to, 2 * taps]: `taps` input indices (u32), then as many weights (f32 bits). */
export interface Taps {
  readonly taps: number;
  readonly table: Uint32Array;
}

const { fround } = Math;

export const tapCount = { nearest: 1, bilinear: 2, bicubic: 4 } as const satisfies Record<ResizeMode, number>;

/** The taps of one axis. @throws ShapeError for alignCorners where it has no meaning */
export function axisTaps(spec: AxisSpec): Taps {
  const { mode, alignCorners, from, to } = spec;
  expect(mode !== 'nearest' || !alignCorners, 'resize', 'nearest has no alignCorners; pass false.');
  const taps = tapCount[mode];
  const table = new Uint32Array(to * 2 * taps);
  const weights = new Float32Array(table.buffer);
  const step = stepOf(spec);
  for (let o = 0; o < to; o++) {
    const row = o * 2 * taps;
    if (mode === 'nearest') {
      table[row] = Math.min(Math.floor(fround(o * step)), from - 1);
      weights[row + 1] = 1;
    } else if (mode === 'bilinear') {
      const at = Math.max(position(o, step, alignCorners), 0);
      const i = Math.min(Math.floor(at), from - 1);
      const t = Math.min(Math.max(fround(at - i), 0), 1);
      table.set([i, Math.min(i + 1, from - 1)], row);
      weights.set([fround(1 - t), t], row + 2);
    } else {
      const at = position(o, step, alignCorners);
      const i = Math.min(Math.floor(at), from - 1);
      const t = Math.min(Math.max(fround(at - i), 0), 1);
      for (let k = 0; k < 4; k++) table[row + k] = Math.min(Math.max(i - 1 + k, 0), from - 1);
      weights.set(cubicWeights(t), row + 4);
    }
  }
  return { taps, table };
}

/** Input step per output step, float32. */
function stepOf({ alignCorners, from, to, scale }: AxisSpec): number {
  if (alignCorners) return to > 1 ? fround((from - 1) / (to - 1)) : 0;
  return scale === undefined ? fround(from / to) : fround(scale);
}

function position(o: number, step: number, alignCorners: boolean): number {
  // Rounded once: the processor that made the released numbers fuses this product and sum.
  return alignCorners ? fround(step * o) : fround(step * (o + 0.5) - 0.5);
}

/** Parameter of the cubic convolution kernel (Keys 1981, "Cubic convolution interpolation for digital image processing"). */
const A = -0.75;

function cubicWeights(t: number): number[] {
  const near = (x: number) => fround(fround(fround(fround(fround(A + 2) * x) - fround(A + 3)) * x) * x + 1);
  const far = (x: number) => fround(fround(fround(fround(fround(A * x) - 5 * A) * x) + 8 * A) * x - 4 * A);
  const u = fround(1 - t);
  return [far(fround(t + 1)), near(t), near(u), far(fround(u + 1))];
}

/** Taps of an axis that is shrunk with a widened filter: the count differs from position to position. */
export interface WideTaps {
  /** [to, 2]: first input index and number of taps. */
  readonly ranges: Uint32Array;
  /** [to, stride]: weights, as f32 bits or fixed-point integers. */
  readonly weights: Uint32Array;
  readonly stride: number;
}

interface WideRow {
  readonly first: number;
  readonly weights: readonly number[];
}

const packRows = (rows: readonly WideRow[], bits: (weight: number) => number): WideTaps => {
  const stride = Math.max(...rows.map((row) => row.weights.length));
  const ranges = new Uint32Array(rows.length * 2);
  const weights = new Uint32Array(rows.length * stride);
  rows.forEach((row, o) => {
    ranges.set([row.first, row.weights.length], 2 * o);
    row.weights.forEach((weight, k) => (weights[o * stride + k] = bits(weight)));
  });
  return { ranges, weights, stride };
};

const scratch = new DataView(new ArrayBuffer(4));

function floatBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** Antialiased taps of floats as in PyTorch: a triangle, or Keys' cubic with A = -0.5, widened when shrinking. */
export function antialiasedTaps(mode: 'bilinear' | 'bicubic', from: number, to: number, given?: number): WideTaps {
  const scale = fround(given ?? from / to);
  const support = fround((mode === 'bilinear' ? 1 : 2) * Math.max(scale, 1));
  const inverse = scale >= 1 ? fround(1 / scale) : 1;
  const rows = Array.from({ length: to }, (_, o): WideRow => {
    const center = fround(scale * (o + 0.5));
    const first = Math.max(Math.trunc(fround(center - support) + 0.5), 0);
    const end = Math.min(Math.trunc(fround(center + support) + 0.5), from);
    const raw: number[] = [];
    for (let i = first; i < end; i++) raw.push(filterAt(mode, fround((fround(i - center) + 0.5) * inverse)));
    const total = raw.reduce((sum, w) => fround(sum + w), 0);
    return { first, weights: raw.map((w) => fround(w / total)) };
  });
  return packRows(rows, floatBits);
}

function filterAt(mode: 'bilinear' | 'bicubic', offset: number): number {
  const x = Math.abs(offset);
  if (mode === 'bilinear') return x < 1 ? fround(1 - x) : 0;
  const a = -0.5;
  if (x < 1) return fround(((a + 2) * x - (a + 3)) * x * x + 1);
  return x < 2 ? fround(((a * x - 5 * a) * x + 8 * a) * x - 4 * a) : 0;
}

/** Bits after the binary point of Pillow's weights. */
const PILLOW_BITS = 22;

/** Taps of Pillow's 8-bit bilinear filter: float64, then rounded to 22-bit fixed point. */
export function pillowTaps(from: number, to: number): WideTaps {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const rows = Array.from({ length: to }, (_, o): WideRow => {
    const center = (o + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), from);
    const raw: number[] = [];
    for (let i = first; i < end; i++) raw.push(Math.max(0, 1 - Math.abs((i - center + 0.5) / support)));
    const total = raw.reduce((sum, w) => sum + w, 0);
    return { first, weights: raw.map((w) => Math.trunc((w / total) * 2 ** PILLOW_BITS + 0.5)) };
  });
  return packRows(rows, (weight) => weight);
}
