/** Movement: permute, slice, concat, expand, flip, pad and windows are all this one copy with other strides. */
import { expect, expectHalvesInFours, show, size } from '../check.ts';
import type { Dispatch, DType, Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import stridedCopyWgsl from './stridedCopy.wgsl';
import scalarWgsl from './words.scalar.wgsl';
import vec2Wgsl from './words.vec2.wgsl';
import vec4Wgsl from './words.vec4.wgsl';

/** Where a box lies in a tensor's memory, in elements; one stride per axis, outermost first. */
export interface Placement {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Axes of one dispatch, after neighboring axes were merged. */
const MAX_RANK = 8;

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let a = shape.length - 1; a >= 0; a--) {
    strides[a] = step;
    step *= shape[a];
  }
  return strides;
}

/**
 * Copies a box of `sizes` from `from` in x to `to` in y, bit by bit. Elements of y outside the box keep their values.
 * @throws ShapeError if the box leaves x or y, the types differ, more than eight axes remain after merging, or halves are
 *   not copied in runs of four
 */
export function stridedCopy(
  x: Operand,
  y: Operand,
  sizes: readonly number[],
  from: Placement,
  to: Placement,
): Dispatch {
  expect(x.dtype === y.dtype, 'stridedCopy', `x is ${x.dtype} and y is ${y.dtype}; convert one of them first.`);
  inside('x', x, sizes, from);
  inside('y', y, sizes, to);
  const axes = merged(sizes, from.strides, to.strides);
  expect(
    axes.length <= MAX_RANK,
    'stridedCopy',
    `${show(sizes)} has ${axes.length} axes after merging, at most ${MAX_RANK} fit; copy in two steps.`,
  );
  const inner = axes[axes.length - 1];
  const wholeVec4s =
    inner.from === 1 &&
    inner.to === 1 &&
    [inner.size, from.offset, to.offset, ...axes.slice(0, -1).flatMap((a) => [a.from, a.to])].every((v) => v % 4 === 0);
  expectHalvesInFours('stridedCopy', 'x', x, wholeVec4s);
  const unit = wholeVec4s ? 4 : 1;
  const units = axes.map((a, i) =>
    i < axes.length - 1 ? { ...a, from: a.from / unit, to: a.to / unit } : { ...a, size: a.size / unit },
  );
  units.reverse();
  while (units.length < MAX_RANK) units.push({ size: 1, from: 0, to: 0 });
  const lanes = (key: 'size' | 'from' | 'to', start: number): number[] =>
    units.slice(start, start + 4).map((a) => a[key]);
  const count = size({ shape: sizes }) / unit;
  return {
    kernel: 'stridedCopy',
    wgsl: [gridWgsl, wholeVec4s ? fourOf(x.dtype) : scalarWgsl, stridedCopyWgsl],
    constants: { rank: axes.length },
    params: {
      count,
      fromOffset: from.offset / unit,
      toOffset: to.offset / unit,
      sizesLow: lanes('size', 0),
      sizesHigh: lanes('size', 4),
      fromLow: lanes('from', 0),
      fromHigh: lanes('from', 4),
      toLow: lanes('to', 0),
      toHigh: lanes('to', 4),
    },
    inputs: [x],
    outputs: [y],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: size({ shape: sizes }),
  };
}

/** The WGSL of the unit that holds four elements. */
const fourOf = (dtype: DType): string => (dtype === 'f16' ? vec2Wgsl : vec4Wgsl);

interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Drops axes of one element and merges neighbors that have no gap on either side. Never empty. */
function merged(sizes: readonly number[], from: readonly number[], to: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  sizes.forEach((size, a) => {
    if (size === 1) return;
    const axis = { size, from: from[a], to: to[a] };
    const outer = axes[axes.length - 1];
    if (outer && outer.from === axis.from * size && outer.to === axis.to * size) {
      axes[axes.length - 1] = { ...axis, size: outer.size * size };
    } else axes.push(axis);
  });
  return axes.length ? axes : [{ size: 1, from: 1, to: 1 }];
}

function inside(name: string, x: Operand, sizes: readonly number[], { offset, strides }: Placement): void {
  let first = offset;
  let last = offset;
  sizes.forEach((n, a) => {
    const reach = (n - 1) * strides[a];
    if (reach < 0) first += reach;
    else last += reach;
  });
  const fits = sizes.length === strides.length && sizes.every((n) => n >= 1) && first >= 0 && last < size(x);
  expect(
    fits,
    'stridedCopy',
    `a box of ${show(sizes)} at ${offset} with strides ${show(strides)} does not lie in ${name} ${show(x.shape)}.`,
  );
}
