/** Convolution of NHWC maps as an implicit matrix product; with groups, a direct kernel. */
import { expect, expectFloats, expectRank, show } from '../check.ts';
import type { Dispatch, FloatType, Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { gemmEpilogue, gemmVariants, type Activation, type Gemm } from '../shared/gemm/gemm.ts';
import { rowMajor, type WeightLayout } from '../shared/gemm/pack.ts';
import inputScalarWgsl from '../shared/gemm/input.scalar.wgsl';
import gridWgsl from '../shared/grid.wgsl';
import type { Target } from '../target.ts';
import { build, type Variant } from '../variant.ts';
import groupedWgsl from './conv2d.grouped.wgsl';
import conv2dWgsl from './conv2d.wgsl';

export interface Conv2dOperands {
  readonly x: Operand;
  readonly w: Operand;
  readonly b: Operand | null;
  readonly scale: Operand | null;
  readonly residual: Operand | null;
}

export interface Conv2dOptions {
  readonly stride: number;
  /** Zeros on each of the four sides. */
  readonly padding: number;
  readonly groups: number;
  readonly activation: Activation;
  /** Applied to x as it is loaded. */
  readonly inputActivation: 'none' | 'relu';
  /** Type of y and of the residual; that of x by default. */
  readonly dtype?: FloatType;
}

/**
 * y = residual + scale * activation(conv(inputActivation(x), w) + b).
 * x [B, H, W, C], f32 or f16 · w [O, C / groups, k, k], a constant · b, scale [O] f32 · residual like y
 * -> y [B, outH, outW, O], f32 or f16, outH = floor((H + 2 padding - k) / stride) + 1.
 * @throws ShapeError if w does not belong to x, the window is larger than the padded map, or x or y is f16 and C or O is
 *   no multiple of 4
 */
export function conv2d(
  target: Target,
  { x, w, b, scale, residual }: Conv2dOperands,
  { stride, padding, groups, activation, inputActivation, dtype = expectFloats('conv2d', { x }) }: Conv2dOptions,
): Dispatch[] {
  expectRank('conv2d', { x, w }, 4);
  const [B, height, width, C] = x.shape;
  const [O, inner, kernel] = w.shape;
  expect(
    w.shape[3] === kernel && inner * groups === C && O % groups === 0,
    'conv2d',
    `w is ${show(w.shape)}; for x ${show(x.shape)} and groups ${groups} it must be [O, ${C / groups}, k, k] with O a multiple of ${groups}.\n` +
      '  Maps are [B, H, W, C], weights [out, in / groups, k, k] as in PyTorch.',
  );
  expect(
    Number.isInteger(stride) && stride > 0 && Number.isInteger(padding) && padding >= 0,
    'conv2d',
    `stride ${stride} and padding ${padding} must be whole numbers, the stride above 0.`,
  );
  const outHeight = Math.floor((height + 2 * padding - kernel) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernel) / stride) + 1;
  expect(
    outHeight > 0 && outWidth > 0,
    'conv2d',
    `a ${kernel} x ${kernel} window does not fit into x ${show(x.shape)} with padding ${padding}; use a larger map.`,
  );
  // Without padding a line of the window is one run of memory, so runs are long even for few channels.
  const wholeLines = padding === 0 && groups === 1;
  const layout = wholeLines ? lineLayout(O, C, kernel) : tapLayout(O, inner, kernel);
  const problem: GroupedGemm = {
    groups,
    kernel: 'conv2d',
    wgsl: conv2dWgsl,
    params: {
      tapsAcross: wholeLines ? 1 : kernel,
      height,
      width,
      channels: C,
      outHeight,
      outWidth,
      stride,
      padding,
    },
    constants: { inputRelu: inputActivation === 'relu' ? 1 : 0 },
    x,
    vec4Input: layout.inner % 4 === 0 && (stride * C) % 4 === 0 && (width * C) % 4 === 0,
    w,
    constantWeight: true,
    layout,
    rows: B * outHeight * outWidth,
    epilogue: { bias: b, scale, residual, activation, dtype },
    shape: [B, outHeight, outWidth, O],
    channels: O,
  };
  return build('conv2d', VARIANTS, target, problem);
}

/** Taps are the elements of the window, runs its channels. */
const tapLayout = (O: number, C: number, kernel: number): WeightLayout => ({
  columns: O,
  taps: kernel * kernel,
  inner: C,
  name: `conv ${kernel}`,
  start: (column) => column * C * kernel * kernel,
  tapStride: 1,
  offset: (i) => i * kernel * kernel,
});

/** Taps are the lines of the window, runs their pixels and channels. */
const lineLayout = (O: number, C: number, kernel: number): WeightLayout =>
  kernel === 1
    ? rowMajor(O, C)
    : {
        columns: O,
        taps: kernel,
        inner: kernel * C,
        name: `conv lines ${kernel}`,
        start: (column) => column * C * kernel * kernel,
        tapStride: kernel,
        offset: (i) => (i % C) * kernel * kernel + Math.floor(i / C),
      };

/** A convolution as a matrix product; with several groups, a product for each of them. */
interface GroupedGemm extends Gemm {
  readonly groups: number;
}

/** One thread computes four channels of a pixel: the sums of a group are too short for tiles. Weights are read in f32. */
const grouped: Variant<GroupedGemm, readonly Dispatch[]> = {
  name: 'grouped',
  supports(_, { groups, x }) {
    if (groups === 1) return 'there is one group, so the convolution is one matrix product';
    return x.dtype === 'f32' || "x is f16, and this variant reads one element at a time. Use cast(x, 'f32') first";
  },
  build(g) {
    const { layout, rows, shape, w, x, groups } = g;
    const epilogue = gemmEpilogue(g);
    return [
      {
        kernel: g.kernel,
        wgsl: [conv2dWgsl, inputScalarWgsl, gridWgsl, ...epilogue.wgsl, groupedWgsl],
        constants: { ...epilogue.constants, ...g.constants, groups },
        params: { ...epilogue.params, ...g.params, firstTile: 0, endTile: 0 },
        inputs: [x, w, ...epilogue.inputs],
        outputs: epilogue.outputs,
        workgroups: splitGrid(ceilDiv(rows * ceilDiv(shape[3], 4), 64)),
        flops: 2 * rows * shape[3] * layout.taps * layout.inner,
      },
    ];
  },
};

const VARIANTS: readonly Variant<GroupedGemm, readonly Dispatch[]>[] = [
  ...gemmVariants.map((variant) => ({
    ...variant,
    supports: (target: Target, g: GroupedGemm) =>
      g.groups === 1
        ? variant.supports(target, g)
        : `there are ${g.groups} groups, and this variant computes one product`,
  })),
  grouped,
];
