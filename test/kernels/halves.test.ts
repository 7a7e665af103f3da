/**
 * Kernels that take halves: on numbers that halves hold exactly, the result is that of f32, rounded once. What f32 gives is
 * compared with float64 in the test of each kernel.
 */
import { describe, expect, it } from 'vitest';
import { attention, columns, type AttentionSettings } from '../../src/graph/ops/attention.ts';
import { conv2d, conv2dOp, convTranspose2d, linear, linearOp, matmul } from '../../src/graph/ops/matmul.ts';
import {
  concat,
  expand,
  flip,
  pad,
  permute,
  slice,
  windowMerge,
  windowPartition,
} from '../../src/graph/ops/movement.ts';
import { add, mul } from '../../src/graph/ops/pointwise.ts';
import { gatherRows } from '../../src/graph/ops/points.ts';
import { resize } from '../../src/graph/ops/resize.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { castRef } from '../../src/kernels/cast/cast.ref.ts';
import type { FloatType } from '../../src/kernels/dispatch.ts';
import { MATRIX_VARIANTS, PRODUCT_VARIANTS, type Precision, type ProductVariant } from '../../src/kernels/target.ts';
import { queryAttention } from '../../src/pipeline/mcc/ops.ts';
import type { Device } from '../../src/graph/device.ts';
import { evaluate, type Sources } from '../setup/evaluate.ts';
import { EPS, maxAbs, noise } from '../setup/numbers.ts';
import { deviceFor, matrixDevice } from '../setup/variantDevices.ts';

const halves = (count: number, seed: number, scale = 1): Float32Array =>
  Float32Array.from(castRef(noise(count, seed, scale), 'f16'));

/** Activations in f32 or f16, made from the same numbers, and weights. */
interface Values extends Sources {
  readonly dtype: FloatType;
  /** An activation, stored as f32 or as f16. */
  x(shape: readonly number[], seed: number, scale?: number): Tensor;
  /** A weight, f32. */
  w(shape: readonly number[], seed: number, scale?: number): Tensor;
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const run = async (build: (values: Values) => Tensor, dtype: FloatType, device?: Device) =>
  evaluate(
    (s) => ({
      y: build({
        ...s,
        dtype,
        x: (shape, seed, scale) => s.input(halves(count(shape), seed, scale), shape, dtype),
        w: (shape, seed, scale) => s.weight(noise(count(shape), seed, scale), shape),
      }),
    }),
    { device },
  );

/** Half of the distance between neighboring halves, and of the smallest halves; f32 programs may round otherwise. */
const differsByRounding = (half: number, single: number, size: number, slack: number): boolean =>
  Math.abs(half - single) <= 2 ** -11 * Math.abs(single) + 2 ** -25 + (64 * EPS + slack) * size;

/** @param slack what may differ besides, in units of the largest result */
async function check(build: (values: Values) => Tensor, device?: Device, slack = 0): Promise<void> {
  const { y: single } = await run(build, 'f32', device);
  const { y: half } = await run(build, 'f16', device);
  const size = maxAbs(single);
  expect(size).toBeGreaterThan(0.1);
  const wrong = [...half].findIndex((v, i) => !differsByRounding(v, single[i], size, slack));
  expect(wrong < 0 ? undefined : [wrong, half[wrong], single[wrong]]).toBeUndefined();
  expect(half.length).toBe(single.length);
}

/** Fails unless the result of `build` is stored as f16 when its operands are. */
const f16 = (build: (values: Values) => Tensor) => (values: Values) => {
  const y = build(values);
  expect(y.dtype).toBe(values.dtype);
  return y;
};

/** Matrix instructions are there with weights of halves only. */
const productDevice = (entry: 'linear' | 'conv', variant: ProductVariant, precision?: Precision): Promise<Device> =>
  variant === 'matrix' ? matrixDevice(16) : deviceFor(entry, variant, precision);

describe.each(PRODUCT_VARIANTS)('products of halves, %s preferred', (variant) => {
  it.each(['f32', 'f16'] as const)('linear with its whole epilogue, weights in %s', async (precision) => {
    const [rows, K, N] = [37, 52, 68];
    const build = f16(({ x, w }) =>
      linearOp.record(
        { x: x([rows, K], 1), w: w([N, K], 2), b: w([N], 3), scale: w([N], 4), residual: x([rows, N], 5) },
        { activation: 'gelu' },
      ),
    );
    await check(build, await productDevice('linear', variant, precision));
  });

  it('linear from f32 and to f32', async () => {
    const device = await productDevice('linear', variant);
    const enters = f16(({ x, w, input, dtype }: Values) =>
      linear(add(input(noise(40 * 12, 1), [40, 12]), x([40, 12], 2)), w([8, 12], 3), null, { dtype }),
    );
    await check(enters, device);
    await check(({ x, w }) => {
      const y = linear(x([40, 12], 1), w([7, 12], 2), w([7], 3), { dtype: 'f32' });
      expect(y.dtype).toBe('f32');
      return y;
    }, device);
  });

  it.each([
    ['3 x 3, padded', { kernel: 3, stride: 1, padding: 1 }],
    ['lines of 4 x 4', { kernel: 4, stride: 4, padding: 0 }],
  ])('conv2d, %s', async (_, { kernel, stride, padding }) => {
    const [H, W, C, O] = [12, 8, 12, 20];
    const device = await productDevice('conv', variant);
    const out = (side: number) => Math.floor((side + 2 * padding - kernel) / stride) + 1;
    const build = f16(({ x, w }) =>
      conv2dOp.record(
        {
          x: x([2, H, W, C], 1),
          w: w([O, C, kernel, kernel], 2),
          b: w([O], 3),
          scale: null,
          residual: x([2, out(H), out(W), O], 4),
        },
        { stride, padding, groups: 1, activation: 'relu', inputActivation: 'relu' },
      ),
    );
    await check(build, device);
  });

  it('conv2d to one channel in f32', async () =>
    check(
      ({ x, w }) => conv2d(x([1, 9, 7, 8], 1), w([1, 8, 1, 1], 2), w([1], 3), { dtype: 'f32' }),
      await productDevice('conv', variant),
    ));

  it('convTranspose2d', async () =>
    check(
      f16(({ x, w }) => convTranspose2d(x([2, 5, 3, 12], 1), w([12, 8, 2, 2], 2), w([8], 3), { stride: 2 })),
      await productDevice('conv', variant),
    ));
});

describe.each(MATRIX_VARIANTS)('attention of halves, %s preferred', (variant) => {
  const [heads, d, height, width] = [2, 16, 5, 7];
  const C = heads * d;
  /** Self-attention of `tokens` by columns of one tensor. */
  const self = (tokens: number, settings: (values: Values) => Partial<AttentionSettings>) =>
    f16((values) => {
      const qkv = values.x([1, tokens, 3 * C], 1, 1.7);
      const [q, k, v] = [0, C, 2 * C].map((from) => columns(qkv, from, from + C));
      return attention(q, k, v, { heads, ...settings(values) });
    });
  const tables = ({ w }: Values, h: number, v: number) => ({
    relPosH: w([2 * h - 1, d], 2, 0.4),
    relPosW: w([2 * v - 1, d], 3, 0.4),
    height: h,
    width: v,
  });

  // Products with position tables, up to 4 in size, are halves, too: the logits that they are added to move by 2^-10.
  const terms = 2 ** -9;
  it.each<[string, (values: Values) => Tensor, number?]>([
    ['without a bias', self(70, () => ({}))],
    [
      'decomposed positions',
      self(height * width, (s) => ({ bias: { kind: 'decomposed', ...tables(s, height, width) } })),
      terms,
    ],
    [
      'windows',
      self(height * width, (s) => ({
        bias: { kind: 'decomposed', ...tables(s, 4, 4) },
        windows: { height, width, size: 4, fill: s.w([3 * C], 4) },
      })),
      terms,
    ],
    [
      'BEiT positions',
      self(height * width + 1, ({ w }) => ({
        bias: { kind: 'beit', table: w([(2 * height - 1) * (2 * width - 1) + 3, heads], 2), height, width },
      })),
    ],
    ['a full bias', self(20, ({ w }) => ({ bias: { kind: 'full', bias: w([heads, 20, 20], 2) } }))],
    [
      'seen tokens and its own',
      f16(({ x }) => queryAttention(x([40, 3 * C], 1), x([1, 33, C], 2), x([1, 33, C], 3), { heads })),
    ],
  ])('%s', async (_, build, slack) => check(build, await deviceFor('attention', variant), slack));
});

describe('halves in other kernels', () => {
  // Whole vec4s let a software adapter take the variant without workgroup memory.
  it.each([
    [21, 70, false],
    [21, 70, true],
    [24, 72, false],
    [24, 72, true],
  ])('matmul with b of halves, %i terms, %i columns, transposeB %s', (K, N, transposeB) =>
    check(({ input, x }) =>
      matmul(input(noise(2 * 19 * K, 1), [2, 19, K]), x([2, ...(transposeB ? [N, K] : [K, N])], 2), { transposeB }),
    ),
  );

  it('a sum of halves and f32, and of f32 and halves', async () => {
    await check(f16(({ x, w }) => add(x([3, 5, 7], 1), w([7], 2))));
    await check(f16(({ x, w }) => mul(x([3, 5, 8], 1), w([3, 1, 8], 2))));
    await check(({ x, w }) => {
      const y = add(w([3, 5, 8], 1), x([8], 2));
      expect(y.dtype).toBe('f32');
      return y;
    });
  });

  it('resize', () =>
    check(f16(({ x }) => resize(x([1, 5, 4, 12], 1), [9, 11], { mode: 'bilinear', alignCorners: true }))));

  it('moves bits', async () => {
    const exact = async (build: (values: Values) => Tensor): Promise<void> => {
      const [single, half] = [await run(f16(build), 'f32'), await run(f16(build), 'f16')];
      expect(half.y).toEqual(single.y);
    };
    await exact(({ x }) => gatherRows(x([6, 12], 1), x([1, 1], 2).graph.constant(indices)));
    await exact(({ x }) => permute(x([3, 5, 8], 1), [1, 0, 2]));
    await exact(({ x }) => slice(x([3, 5, 8], 1), 1, 1, 3));
    await exact(({ x }) => concat([x([3, 5, 8], 1), x([3, 5, 4], 2)], 2));
    await exact(({ x }) => expand(x([1, 8], 1), [5, 8]));
    await exact(({ x }) => flip(x([3, 5, 8], 1), 1));
    await exact(({ x }) => pad(x([3, 4, 8], 1), [1, 0, 4], [0, 1, 0], 0.5));
    await exact(({ x }) => windowMerge(windowPartition(x([1, 5, 7, 4], 1), 4), 4, 5, 7));
  });
});

const indices = { name: 'indices', shape: [4], dtype: 'u32', compute: () => Uint32Array.of(5, 0, 9, 2) } as const;
