/** Layouts of weights for the two variants of the matrix product. Weights are packed at load time. */
import { packed, type Operand } from '../../dispatch.ts';
import { ceilDiv } from '../../grid.ts';
import type { Precision } from '../../target.ts';
import { toHalves } from '../../half.ts';

/** How a weight tensor is read as a matrix [columns, taps, inner]: element start(column) + tap * tapStride + offset(i). */
export interface WeightLayout {
  readonly columns: number;
  /** Steps of the reduction that read x at different places: 1, or one per element or line of a convolution's window. */
  readonly taps: number;
  readonly inner: number;
  /** Name of the layout; part of the packing's key. */
  readonly name: string;
  start(column: number): number;
  readonly tapStride: number;
  offset(i: number): number;
}

/** [columns, inner], as in a linear layer. */
export const rowMajor = (columns: number, inner: number): WeightLayout => ({
  columns,
  taps: 1,
  inner,
  name: 'linear',
  start: (column) => column * inner,
  tapStride: 0,
  offset: (i) => i,
});

const keyOf = (l: WeightLayout, form: string): string => `${form} ${l.name} ${l.columns}x${l.taps}x${l.inner}`;

/** Runs of `inner` are padded with zeros to whole vec4s. */
const runOf = (l: WeightLayout): number => ceilDiv(l.inner, 4) * 4;

/**
 * Panels of 32 columns (f32) or 64 (f16) for the subgroup8 variant.
 * f32: [panel][k][lane][4 columns]. f16: [panel][k][lane][columns 4l .. 4l + 3, 32 + 4l .. 32 + 4l + 3].
 */
export function packPanels(w: Operand, l: WeightLayout, precision: Precision): Operand {
  const half = precision === 'f16';
  const width = half ? 64 : 32;
  const run = runOf(l);
  const depth = l.taps * run;
  const count = ceilDiv(l.columns, width) * depth * width;
  const arrange = (data: Float32Array): Float32Array => {
    const out = new Float32Array(count);
    const offsets = offsetsOf(l);
    for (let column = 0; column < l.columns; column++) {
      const c = column % width;
      const place = half ? ((c % 32) >> 2) * 8 + (c >> 5) * 4 + (c & 3) : c;
      for (let tap = 0; tap < l.taps; tap++) {
        const from = l.start(column) + tap * l.tapStride;
        let to = (Math.floor(column / width) * depth + tap * run) * width + place;
        for (let i = 0; i < l.inner; i++, to += width) out[to] = data[from + offsets[i]];
      }
    }
    return out;
  };
  return half
    ? packed(w, {
        key: keyOf(l, 'panels f16'),
        storage: 'rgba32uint',
        size: count / 2,
        apply: (d) => toHalves(arrange(d)),
      })
    : packed(w, { key: keyOf(l, 'panels'), storage: 'rgba32float', size: count, apply: arrange });
}

const offsetsOf = (l: WeightLayout): Int32Array => Int32Array.from({ length: l.inner }, (_, i) => l.offset(i));

/** Whether `packRows` in f32 would change nothing. */
export const isPackedRows = (l: WeightLayout): boolean => l.name === 'linear' && l.inner % 4 === 0;

/** Rows for the tiled variant: [columns, taps, run]. */
export function packRows(w: Operand, l: WeightLayout, precision: Precision): Operand {
  const run = runOf(l);
  const count = l.columns * l.taps * run;
  const arrange = (data: Float32Array): Float32Array => {
    const out = new Float32Array(count);
    const offsets = offsetsOf(l);
    for (let column = 0; column < l.columns; column++) {
      for (let tap = 0; tap < l.taps; tap++) {
        const from = l.start(column) + tap * l.tapStride;
        const to = (column * l.taps + tap) * run;
        for (let i = 0; i < l.inner; i++) out[to + i] = data[from + offsets[i]];
      }
    }
    return out;
  };
  return precision === 'f16'
    ? packed(w, { key: keyOf(l, 'rows f16'), storage: 'buffer', size: count / 2, apply: (d) => toHalves(arrange(d)) })
    : packed(w, { key: keyOf(l, 'rows'), storage: 'buffer', size: count, apply: arrange });
}
