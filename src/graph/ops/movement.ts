/** Ops that copy values and compute nothing. They are exact on every adapter. */
import { expect, show } from '../../kernels/check.ts';
import { operand, type Step } from '../../kernels/dispatch.ts';
import { fill } from '../../kernels/fill/fill.ts';
import { stridedCopy, stridesOf, type Placement } from '../../kernels/stridedCopy/stridedCopy.ts';
import { defineOp, type Op } from '../op.ts';
import type { Tensor } from '../tensor.ts';

/** Offset and strides of a contiguous row-major tensor. */
const contiguous = (shape: readonly number[]): Placement => ({ offset: 0, strides: stridesOf(shape) });

/** Attributes of an op that copies x, read with the offset and strides `from`, into a new tensor of `shape`. */
type Gather = { readonly shape: readonly number[]; readonly from: Placement };

const defineGather = (name: string): Op<{ readonly x: Tensor }, Gather, Tensor> =>
  defineOp({
    name,
    lower: (_, { x }, { shape, from }) => [stridedCopy(x, operand(shape, x.dtype), shape, from, contiguous(shape))],
  });

const permuteOp = defineGather('permute');
const sliceOp = defineGather('slice');
const expandOp = defineGather('expand');
const flipOp = defineGather('flip');

/** The axis counted from the front. @throws ShapeError if x has no such axis */
function axisOf(op: string, x: Tensor, axis: number): number {
  const a = axis < 0 ? axis + x.shape.length : axis;
  expect(
    Number.isInteger(a) && a >= 0 && a < x.shape.length,
    op,
    `x is ${show(x.shape)}, it has no axis ${axis}. Count from 0, or from the back with -1.`,
  );
  return a;
}

const replaced = (shape: readonly number[], axis: number, length: number): number[] =>
  shape.map((n, a) => (a === axis ? length : n));

/**
 * Reorders axes: axis i of the result is axis order[i] of x, as in PyTorch's permute. Exported for tests.
 * @throws ShapeError unless `order` holds every axis once
 */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const sorted = [...order].sort((a, b) => a - b);
  expect(
    sorted.length === x.shape.length && sorted.every((a, i) => a === i),
    'permute',
    `order ${show(order)} must name each of the ${x.shape.length} axes of x ${show(x.shape)} once.`,
  );
  const strides = stridesOf(x.shape);
  const shape = order.map((a) => x.shape[a]);
  return permuteOp.record({ x }, { shape, from: { offset: 0, strides: order.map((a) => strides[a]) } });
}

/**
 * Takes the elements start, start + step, ... below `end` of one axis.
 * @throws ShapeError if the range is empty or leaves the axis
 */
export function slice(x: Tensor, axis: number, start: number, end: number, step = 1): Tensor {
  const a = axisOf('slice', x, axis);
  expect(
    start >= 0 && end <= x.shape[a] && start < end && step >= 1,
    'slice',
    `${start}..${end} by ${step} is no range of axis ${a} of x ${show(x.shape)}.`,
  );
  const strides = stridesOf(x.shape);
  const from = { offset: start * strides[a], strides: strides.map((s, i) => (i === a ? s * step : s)) };
  return sliceOp.record({ x }, { shape: replaced(x.shape, a, Math.ceil((end - start) / step)), from });
}

const concatOp = defineOp<{ readonly parts: readonly Tensor[] }, { readonly axis: number }>({
  name: 'concat',
  lower(_, { parts }, { axis }) {
    const [first] = parts;
    const total = parts.reduce((n, p) => n + p.shape[axis], 0);
    const y = operand(replaced(first.shape, axis, total), first.dtype);
    const { strides } = contiguous(y.shape);
    let at = 0;
    return parts.map((part) => {
      const step = stridedCopy(part, y, part.shape, contiguous(part.shape), { offset: at * strides[axis], strides });
      at += part.shape[axis];
      return step;
    });
  },
});

/**
 * Joins tensors along one axis.
 * @throws ShapeError if they differ in another axis
 */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  expect(parts.length > 0, 'concat', 'there is nothing to join; pass at least one tensor.');
  const a = axisOf('concat', parts[0], axis);
  const [first] = parts;
  for (const p of parts) {
    expect(
      p.shape.length === first.shape.length && p.shape.every((n, i) => i === a || n === first.shape[i]),
      'concat',
      `${show(p.shape)} and ${show(first.shape)} differ in another axis than ${a}. Resize or permute one first.`,
    );
  }
  return concatOp.record({ parts }, { axis: a });
}

/**
 * Repeats axes of length 1, and adds leading axes that repeat the whole tensor, until the shape is `shape`.
 * @throws ShapeError if an axis of x is neither 1 nor the wanted length
 */
export function expand(x: Tensor, shape: readonly number[]): Tensor {
  const extra = shape.length - x.shape.length;
  expect(
    extra >= 0 && x.shape.every((n, i) => n === 1 || n === shape[i + extra]),
    'expand',
    `x ${show(x.shape)} does not repeat to ${show(shape)}; only axes of length 1 can grow.`,
  );
  const strides = stridesOf(x.shape);
  const repeated = shape.map((_, i) => (i < extra || x.shape[i - extra] === 1 ? 0 : strides[i - extra]));
  return expandOp.record({ x }, { shape, from: { offset: 0, strides: repeated } });
}

/** Reverses one axis. */
export function flip(x: Tensor, axis: number): Tensor {
  const a = axisOf('flip', x, axis);
  const strides = stridesOf(x.shape);
  const from = { offset: (x.shape[a] - 1) * strides[a], strides: strides.map((s, i) => (i === a ? -s : s)) };
  return flipOp.record({ x }, { shape: x.shape, from });
}

type Padding = { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };

const padOp = defineOp<{ readonly x: Tensor }, Padding>({
  name: 'pad',
  lower(_, { x }, { before, after, value }) {
    const shape = x.shape.map((n, i) => before[i] + n + after[i]);
    const y = operand(shape, x.dtype);
    const { strides } = contiguous(shape);
    const offset = before.reduce((sum, n, i) => sum + n * strides[i], 0);
    return [fill(y, value), stridedCopy(x, y, x.shape, contiguous(x.shape), { offset, strides })];
  },
});

/**
 * Pads x with `value`: before[i] elements before and after[i] after axis i.
 * @throws ShapeError unless `before` and `after` hold one count of at least 0 for each axis
 */
export function pad(x: Tensor, before: readonly number[], after: readonly number[], value: number): Tensor {
  expect(
    [before, after].every((p) => p.length === x.shape.length && p.every((n) => Number.isInteger(n) && n >= 0)),
    'pad',
    `${show(before)} before and ${show(after)} after do not give two counts for each axis of x ${show(x.shape)}.`,
  );
  return padOp.record({ x }, { before, after, value });
}

export interface Margins {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

const reflectPadOp = defineOp<{ readonly x: Tensor }, Margins>({
  name: 'reflectPad',
  lower(_, { x }, { top, bottom, left, right }) {
    const [B, H, W, C] = x.shape;
    const y = operand([B, top + H + bottom, left + W + right, C], x.dtype);
    const from = stridesOf(x.shape);
    const to = stridesOf(y.shape);
    const steps: Step[] = [];
    for (const v of mirrored(H, top, bottom)) {
      for (const h of mirrored(W, left, right)) {
        steps.push(
          stridedCopy(
            x,
            y,
            [B, v.length, h.length, C],
            {
              offset: v.source * from[1] + h.source * from[2],
              strides: [from[0], v.step * from[1], h.step * from[2], from[3]],
            },
            { offset: v.target * to[1] + h.target * to[2], strides: to },
          ),
        );
      }
    }
    return steps;
  },
});

/**
 * Pads a map x [B, H, W, C] by reflection at its edges, without repeating the edge. PyTorch's reflect padding.
 * @throws ShapeError if a margin is not smaller than the side that it reflects
 */
export function reflectPad(x: Tensor, { top, bottom, left, right }: Margins): Tensor {
  expect(x.shape.length === 4, 'reflectPad', `x is ${show(x.shape)}, expected [B, H, W, C].`);
  const [, H, W] = x.shape;
  expect(
    Math.max(top, bottom) < H && Math.max(left, right) < W && Math.min(top, bottom, left, right) >= 0,
    'reflectPad',
    `margins ${show([top, bottom, left, right])} do not fit a map of ${H} x ${W}: each must be smaller than its side. ` +
      'Use a larger photo.',
  );
  return reflectPadOp.record({ x }, { top, bottom, left, right });
}

/** The three runs of a reflection-padded axis: reflected before, the axis itself, reflected after. */
function mirrored(length: number, before: number, after: number) {
  return [
    { length: before, source: before, step: -1, target: 0 },
    { length, source: 0, step: 1, target: before },
    { length: after, source: length - 2, step: -1, target: before + length },
  ].filter((run) => run.length > 0);
}

/**
 * The windows that cover maps [B, H, W, C], with the strides of a window's elements in the padded map and in the list
 * of windows.
 */
function windowGrid(B: number, H: number, W: number, C: number, size: number) {
  const [rows, columns] = [Math.ceil(H / size), Math.ceil(W / size)];
  const padded = [B, rows * size, columns * size, C];
  const [image, row, column, channel] = stridesOf(padded);
  return {
    count: B * rows * columns,
    padded,
    isWhole: padded[1] === H && padded[2] === W,
    sizes: [B, rows, columns, size, size, C],
    inMap: { offset: 0, strides: [image, size * row, size * column, row, column, channel] },
    inWindows: { offset: 0, strides: stridesOf([B, rows, columns, size, size, C]) },
  };
}

export const windowPartitionOp = defineOp<{ readonly x: Tensor }, { readonly size: number }>({
  name: 'windowPartition',
  lower(_, { x }, { size }) {
    const [B, H, W, C] = x.shape;
    const { count, padded, isWhole, sizes, inMap, inWindows } = windowGrid(B, H, W, C, size);
    const y = operand([count, size, size, C], x.dtype);
    if (isWhole) return [stridedCopy(x, y, sizes, inMap, inWindows)];
    const scratch = operand(padded, x.dtype);
    return [
      fill(scratch, 0),
      stridedCopy(x, scratch, x.shape, contiguous(x.shape), contiguous(padded)),
      stridedCopy(scratch, y, sizes, inMap, inWindows),
    ];
  },
});

/**
 * Partitions x [B, H, W, C] into windows [B * windows, size, size, C], row by row. H and W are padded with zeros at the
 * bottom and the right to multiples of `size`.
 */
export function windowPartition(x: Tensor, size: number): Tensor {
  expect(x.shape.length === 4, 'windowPartition', `x is ${show(x.shape)}, expected [B, H, W, C].`);
  return windowPartitionOp.record({ x }, { size });
}

type WindowMerge = { readonly size: number; readonly height: number; readonly width: number };

export const windowMergeOp = defineOp<{ readonly x: Tensor }, WindowMerge>({
  name: 'windowMerge',
  lower(_, { x }, { size, height, width }) {
    const C = x.shape[3];
    const B = x.shape[0] / (Math.ceil(height / size) * Math.ceil(width / size));
    const { padded, isWhole, sizes, inMap, inWindows } = windowGrid(B, height, width, C, size);
    const shape = [B, height, width, C];
    const y = operand(shape, x.dtype);
    if (isWhole) return [stridedCopy(x, y, sizes, inWindows, inMap)];
    const scratch = operand(padded, x.dtype);
    return [
      stridedCopy(x, scratch, sizes, inWindows, inMap),
      stridedCopy(scratch, y, shape, contiguous(padded), contiguous(shape)),
    ];
  },
});

/**
 * Inverse of `windowPartition`: windows [B * windows, size, size, C] -> [B, H, W, C] without the padding.
 * @throws ShapeError if the windows do not fill maps of H x W
 */
export function windowMerge(windows: Tensor, size: number, H: number, W: number): Tensor {
  const B = windows.shape[0] / (Math.ceil(H / size) * Math.ceil(W / size));
  expect(
    windows.shape.length === 4 && Number.isInteger(B) && windows.shape[1] === size && windows.shape[2] === size,
    'windowMerge',
    `${show(windows.shape)} is no set of windows of ${size} x ${size} for maps of ${H} x ${W}.`,
  );
  return windowMergeOp.record({ x: windows }, { size, height: H, width: W });
}
