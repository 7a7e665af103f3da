/** Checks of matrix products and convolutions. */
import type { Sources } from '../../src/graph/evaluate.ts';
import { conv2dOp, convTranspose2d, linearOp, matmul } from '../../src/graph/ops/matmul.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { conv2dRef } from '../../src/kernels/conv2d/conv2d.ref.ts';
import { convTranspose2dRef } from '../../src/kernels/convTranspose2d/convTranspose2d.ref.ts';
import { linearRef } from '../../src/kernels/linear/linear.ref.ts';
import { matmulRef } from '../../src/kernels/matmul/matmul.ref.ts';
import type { Precision } from '../../src/kernels/target.ts';
import { conv2dCases, type Conv2dCase } from '../cases/conv2d.ts';
import { convTranspose2dCases } from '../cases/convTranspose2d.ts';
import { linearCases, type LinearCase } from '../cases/linear.ts';
import { matmulCases } from '../cases/matmul.ts';
import { asHalf, EPS, maxAbs, noise, sumBound } from '../setup/numbers.ts';
import { titleOf } from '../setup/title.ts';
import { within, type KernelCheck } from './check.ts';

/** Weights as the device stores them. */
const stored = (w: Float32Array, precision: Precision): Float32Array => (precision === 'f16' ? asHalf(w) : w);

/** Inputs of a linear layer. */
export const linearData = ({ rows, K, N, ...c }: LinearCase) => ({
  x: noise(rows * K, 1),
  w: noise(N * K, 2),
  bias: c.bias ? noise(N, 3) : undefined,
  scale: c.scale ? noise(N, 4) : undefined,
  residual: c.residual ? noise(rows * N, 5) : undefined,
});

/** Records `linear` with everything that the case asks of its epilogue, as a fusion rule would. */
export const recordLinear = (s: Sources, c: LinearCase, data: ReturnType<typeof linearData>): Tensor =>
  linearOp.record(
    {
      x: s.input(data.x, [c.rows, c.K]),
      w: s.weight(data.w, [c.N, c.K]),
      b: data.bias ? s.weight(data.bias, [c.N]) : null,
      scale: data.scale ? s.weight(data.scale, [c.N]) : null,
      residual: data.residual ? s.input(data.residual, [c.rows, c.N]) : null,
    },
    { activation: c.activation ?? 'none' },
  );

/**
 * Each of the K additions rounds a partial sum: eps * sqrt(K) * |sum| when roundings are independent, times 2. GELU
 * changes by at most 1.13 per unit of its argument and adds 1e-7; bias, scale and residual are single roundings.
 */
export const linearBound = (K: number, expected: ArrayLike<number>): number =>
  1.2 * 2 * EPS * (Math.sqrt(K) + 4) * Math.max(1, maxAbs(expected)) + 1e-7;

export const linearTitle = ({ rows, K, N, activation, bias, scale, residual }: LinearCase): string =>
  titleOf(`${rows} x ${K} x ${N}`, { activation, bias, scale, residual });

export const linearChecks: readonly KernelCheck[] = linearCases.map((c) => ({
  kernel: 'linear',
  entry: 'linear',
  name: linearTitle(c),
  prepare(precision) {
    const data = linearData(c);
    return {
      build: (s) => ({ y: recordLinear(s, c, data) }),
      expected() {
        const values = linearRef(data.x, stored(data.w, precision), c.N, c.K, { ...data, activation: c.activation });
        return { y: within(values, linearBound(c.K, values)) };
      },
    };
  },
}));

/** Inputs of a convolution, and the size of its result. */
export function conv2dData(c: Conv2dCase) {
  const out = (size: number) => Math.floor((size + 2 * c.padding - c.kernel) / c.stride) + 1;
  const [height, width] = [out(c.H), out(c.W)];
  return {
    height,
    width,
    x: noise(c.B * c.H * c.W * c.C, 1),
    w: noise((c.O * c.C * c.kernel ** 2) / c.groups, 2),
    bias: c.bias ? noise(c.O, 3) : undefined,
    residual: c.residual ? noise(c.B * height * width * c.O, 4) : undefined,
  };
}

/** `3 x 3, 2 x 13 x 10 x 7 to 9, bias` */
export function conv2dTitle({ kernel, B, H, W, C, O, stride, padding, groups, ...rest }: Conv2dCase): string {
  const { activation, inputRelu, bias, residual } = rest;
  const sizes = `${kernel} x ${kernel}, ${B} x ${H} x ${W} x ${C} to ${O}, stride ${stride}, padding ${padding}`;
  return titleOf(sizes, { groups: groups > 1 && `${groups} groups`, activation, inputRelu, bias, residual });
}

/** Records `conv2d` with everything that the case asks for, as fusion rules would. */
export function recordConv2d(s: Sources, c: Conv2dCase, data: ReturnType<typeof conv2dData>): Tensor {
  const { stride, padding, groups } = c;
  return conv2dOp.record(
    {
      x: s.input(data.x, [c.B, c.H, c.W, c.C]),
      w: s.weight(data.w, [c.O, c.C / c.groups, c.kernel, c.kernel]),
      b: data.bias ? s.weight(data.bias, [c.O]) : null,
      scale: null,
      residual: data.residual ? s.input(data.residual, [c.B, data.height, data.width, c.O]) : null,
    },
    { stride, padding, groups, activation: c.activation ?? 'none', inputActivation: c.inputRelu ? 'relu' : 'none' },
  );
}

/** As for linear: K roundings of partial sums, GELU's slope and error, single roundings of the epilogue. */
export const conv2dBound = ({ C, groups, kernel }: Conv2dCase, expected: ArrayLike<number>): number =>
  linearBound((C / groups) * kernel ** 2, expected);

export const conv2dChecks: readonly KernelCheck[] = conv2dCases.map((c) => ({
  kernel: 'conv2d',
  entry: 'conv',
  name: conv2dTitle(c),
  prepare(precision) {
    const data = conv2dData(c);
    return {
      build: (s) => ({ y: recordConv2d(s, c, data) }),
      expected() {
        const { activation, inputRelu } = c;
        // The variant for groups reads weights in f32.
        const values = conv2dRef(data.x, stored(data.w, c.groups > 1 ? 'f32' : precision), c, {
          ...data,
          activation,
          inputRelu,
        });
        return { y: within(values, conv2dBound(c, values)) };
      },
    };
  },
}));

export const convTranspose2dChecks: readonly KernelCheck[] = convTranspose2dCases.map((c) => ({
  kernel: 'convTranspose2d',
  entry: 'conv',
  name: `${c.kernel} x ${c.kernel}, ${c.B} x ${c.H} x ${c.W} x ${c.I} to ${c.O}`,
  prepare(precision) {
    const { x, w, b } = convTransposeData(c);
    return {
      build: (s) => ({ y: recordConvTranspose(s, c, { x, w, b }) }),
      expected() {
        const values = convTranspose2dRef(x, stored(w, precision), b, c);
        return { y: within(values, convTransposeBound(c, values)) };
      },
    };
  },
}));

type ConvTranspose2dCase = (typeof convTranspose2dCases)[number];

/** Inputs of a transposed convolution. */
export const convTransposeData = (c: ConvTranspose2dCase) => ({
  x: noise(c.B * c.H * c.W * c.I, 1),
  w: noise(c.I * c.O * c.kernel ** 2, 2),
  b: noise(c.O, 3),
});

export const recordConvTranspose = (
  s: Sources,
  c: ConvTranspose2dCase,
  { x, w, b }: ReturnType<typeof convTransposeData>,
): Tensor =>
  convTranspose2d(s.input(x, [c.B, c.H, c.W, c.I]), s.weight(w, [c.I, c.O, c.kernel, c.kernel]), s.weight(b, [c.O]), {
    stride: c.kernel,
  });

export const convTransposeBound = ({ I }: ConvTranspose2dCase, expected: ArrayLike<number>): number =>
  2 * EPS * (Math.sqrt(I) + 4) * Math.max(1, maxAbs(expected));

export const matmulChecks: readonly KernelCheck[] = matmulCases.map((c) => {
  const { B, M, N, K, transposeB } = c;
  return {
    kernel: 'matmul',
    entry: 'rows',
    name: titleOf(`${B} x ${M} x ${K} x ${N}`, { transposeB }),
    prepare() {
      const a = noise(B * M * K, 1);
      const b = noise(B * N * K, 2);
      return {
        build: (s) => ({
          y: matmul(s.input(a, [B, M, K]), s.input(b, transposeB ? [B, N, K] : [B, K, N]), { transposeB }),
        }),
        expected: () => ({ y: within(matmulRef(a, b, c), sumBound(K)) }),
      };
    },
  };
});
