/** Ops that resample maps [B, H, W, C]. */
import { expect, show } from '../../kernels/check.ts';
import { resize as resizeKernel } from '../../kernels/resize/resize.ts';
import { antialiasedTaps, axisTaps, tapCount, type AxisSpec, type ResizeMode } from '../../kernels/resize/taps.ts';
import { resizeAxis as resizeAxisKernel } from '../../kernels/resizeAxis/resizeAxis.ts';
import { resizeMasked as resizeMaskedKernel } from '../../kernels/resizeMasked/resizeMasked.ts';
import { defineOp, type NoAttributes } from '../op.ts';
import type { Recorder, Tensor } from '../tensor.ts';

export interface ResizeOptions {
  readonly mode: ResizeMode;
  /** It has no default, because the networks use both. It must be false for nearest. */
  readonly alignCorners: boolean;
  /** Input pixels per output pixel, 1 / scale_factor, where the released code gives a factor and no size. */
  readonly scale?: number;
  /** Widens the filter when shrinking. For bilinear, and for bicubic with A = -0.5; alignCorners must be false. */
  readonly antialias?: boolean;
  /** Only output rows [from, to): a band of the result. */
  readonly rows?: readonly [number, number];
  /** Only output columns [from, to). */
  readonly columns?: readonly [number, number];
}

/**
 * Resamples a map x [B, H, W, C] -> [B, height, width, C], with the coordinates of PyTorch's interpolate, computed in
 * float32 in the same order. Bicubic uses A = -0.75 and does not clamp. Resizing to the same size is the identity.
 * @throws ShapeError for sizes below 1, and for options that exclude each other
 */
export function resize(x: Tensor, size: readonly [number, number], options: ResizeOptions): Tensor {
  expect(x.shape.length === 4, 'resize', `x is ${show(x.shape)}, expected [B, H, W, C].`);
  expect(
    size.every((n) => Number.isInteger(n) && n >= 1),
    'resize',
    `${show(size)} is no size; both sides must be whole numbers of at least 1.`,
  );
  return options.antialias ? antialiased(x, size, options) : plain(x, size, options);
}

const resizeOp = defineOp<{ readonly x: Tensor; readonly rows: Tensor; readonly columns: Tensor }>({
  name: 'resize',
  lower: (target, { x, rows, columns }) => [resizeKernel(target, x, rows, columns)],
});

function plain(x: Tensor, [h, w]: readonly [number, number], options: ResizeOptions): Tensor {
  const { mode, alignCorners, scale } = options;
  const [, H, W] = x.shape;
  const inputs = {
    x,
    rows: tapTable(x.graph, { mode, alignCorners, scale, from: H, to: h }, options.rows),
    columns: tapTable(x.graph, { mode, alignCorners, scale, from: W, to: w }, options.columns),
  };
  return resizeOp.record(inputs, {});
}

/** The taps of one axis as a constant. They depend on sizes alone, so all maps of a plan share them. */
export function tapTable(graph: Recorder, spec: AxisSpec, range: readonly [number, number] = [0, spec.to]): Tensor {
  const [first, end] = range;
  expect(
    first >= 0 && end <= spec.to && first < end,
    'resize',
    `${first}..${end} does not lie in a result of ${spec.to} rows or columns.`,
  );
  const width = 2 * tapCount[spec.mode];
  const { mode, alignCorners, from, to, scale } = spec;
  const of = { mode, alignCorners, from, to, scale, first, end };
  const compute = () => axisTaps(spec).table.slice(first * width, end * width);
  return graph.constant({ name: 'taps', of, shape: [end - first, width], dtype: 'u32', compute });
}

const resizeAxisOp = defineOp<
  { readonly x: Tensor; readonly ranges: Tensor; readonly weights: Tensor },
  { readonly axis: number }
>({
  name: 'resizeAxis',
  lower: (_, { x, ranges, weights }, { axis }) => [resizeAxisKernel(x, axis, ranges, weights)],
});

function antialiased(x: Tensor, [h, w]: readonly [number, number], options: ResizeOptions): Tensor {
  const { mode, alignCorners, scale } = options;
  expect(
    mode !== 'nearest' && !alignCorners && !options.rows && !options.columns,
    'resize',
    'antialias needs bilinear or bicubic, alignCorners false, and neither rows nor columns.',
  );
  const pass = (map: Tensor, axis: number, to: number): Tensor => {
    const from = map.shape[axis];
    const taps = antialiasedTaps(mode, from, to, scale);
    const spec = { of: { mode, from, to, scale }, dtype: 'u32' } as const;
    const inputs = {
      x: map,
      ranges: map.graph.constant({ ...spec, name: 'antialiased ranges', shape: [to, 2], compute: () => taps.ranges }),
      weights: map.graph.constant({
        ...spec,
        name: 'antialiased weights',
        shape: [to, taps.stride],
        compute: () => taps.weights,
      }),
    };
    return resizeAxisOp.record(inputs, { axis });
  };
  return pass(pass(x, 2, w), 1, h);
}

type ResizeMaskedInputs = {
  readonly x: Tensor;
  readonly valid: Tensor;
  readonly rows: Tensor;
  readonly columns: Tensor;
};

/** A map with flags of its valid pixels. */
type MaskedMap = { readonly values: Tensor; readonly valid: Tensor };

const resizeMaskedOp = defineOp<ResizeMaskedInputs, NoAttributes, MaskedMap>(
  {
    name: 'resizeMasked',
    lower: (_, { x, valid, rows, columns }) => [resizeMaskedKernel(x, valid, rows, columns)],
  },
  ([values, valid]) => ({ values, valid }),
);

/**
 * Bilinear (alignCorners false) resize of a map with holes: x [B, H, W, C], valid u32 [B, H, W].
 * A result is valid if all its taps are valid, including taps of weight zero. Invalid values are 0.
 */
export function resizeMasked(x: Tensor, valid: Tensor, [h, w]: readonly [number, number]): MaskedMap {
  expect(x.shape.length === 4, 'resizeMasked', `x is ${show(x.shape)}, expected [B, H, W, C].`);
  const axis = (from: number, to: number) => tapTable(x.graph, { mode: 'bilinear', alignCorners: false, from, to });
  const inputs = { x, valid, rows: axis(x.shape[1], h), columns: axis(x.shape[2], w) };
  return resizeMaskedOp.record(inputs, {});
}
