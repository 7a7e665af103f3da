import { describe, expect, it } from 'vitest';
import { conv2d, conv2dOp } from '../../src/graph/ops/matmul.ts';
import { Graph } from '../../src/graph/record.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { conv2dRef } from '../../src/kernels/conv2d/conv2d.ref.ts';
import { conv2dCases, type Conv2dCase } from '../cases/conv2d.ts';
import { evaluate, type Sources } from '../setup/evaluate.ts';
import { asHalf, EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';
import { titleOf } from '../setup/title.ts';
import { deviceFor, matrixDevice } from '../setup/variantDevices.ts';

function dataOf(c: Conv2dCase) {
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
function conv2dTitle({ kernel, B, H, W, C, O, stride, padding, groups, ...rest }: Conv2dCase): string {
  const { activation, inputRelu, bias, residual } = rest;
  const sizes = `${kernel} x ${kernel}, ${B} x ${H} x ${W} x ${C} to ${O}, stride ${stride}, padding ${padding}`;
  return titleOf(sizes, { groups: groups > 1 && `${groups} groups`, activation, inputRelu, bias, residual });
}

/** Records `conv2d` with everything that the case asks for, as fusion rules would. */
function record(s: Sources, c: Conv2dCase, data: ReturnType<typeof dataOf>): Tensor {
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
function boundOf({ C, groups, kernel }: Conv2dCase, expected: ArrayLike<number>): number {
  const K = (C / groups) * kernel ** 2;
  return 1.2 * 2 * EPS * (Math.sqrt(K) + 4) * Math.max(1, maxAbs(expected)) + 1e-7;
}

for (const variant of ['preferred', 'tiled', 'tiled8x8'] as const) {
  describe(`conv2d, ${variant} variant`, () => {
    for (const c of conv2dCases) {
      it(conv2dTitle(c), async () => {
        const device = await deviceFor('conv', variant);
        const data = dataOf(c);
        const { y } = await evaluate((s) => ({ y: record(s, c, data) }), { device });
        const expected = conv2dRef(data.x, data.w, c, { ...data, activation: c.activation, inputRelu: c.inputRelu });
        expectClose(y, expected, boundOf(c, expected));
      });
    }
  });
}

describe('conv2d, matrix variant', () => {
  // Each program takes lavapipe seconds to compile, so there are two: whole vec4s and single elements.
  for (const c of conv2dCases.filter(({ C, kernel }) => C === 64 || kernel === 7)) {
    it(conv2dTitle(c), async () => {
      const device = await matrixDevice(16);
      const data = { ...dataOf(c), x: asHalf(noise(c.B * c.H * c.W * c.C, 1)) };
      const { y } = await evaluate((s) => ({ y: record(s, c, data) }), { device });
      const { activation, inputRelu } = c;
      const expected = conv2dRef(data.x, asHalf(data.w), c, { ...data, activation, inputRelu });
      expectClose(y, expected, boundOf(c, expected));
    });
  }
});

describe('conv2d', () => {
  const g = new Graph();
  const x = g.input('x', [1, 8, 8, 6]);
  const weight = (...shape: number[]) =>
    g.constant({ name: 'w', of: shape, shape, compute: () => new Float32Array(0) });

  it('says which weight it expects', () => {
    expect(() => conv2d(x, weight(4, 5, 3, 3), null)).toThrow(/conv2d: w is \[4, 5, 3, 3\].*must be \[O, 6, k, k\]/);
    expect(() => conv2d(x, weight(4, 2, 3, 3), null, { groups: 3 })).toThrow(/O a multiple of 3/);
    expect(() => conv2d(x, weight(6, 3), null)).toThrow(/conv2d: w is \[6, 3\], expected 4 axes/);
    expect(() => conv2d(x, g.input('w', [4, 6, 3, 3]), null)).toThrow(/conv2d: w is computed/);
  });

  it('refuses windows and strides that make no map', () => {
    expect(() => conv2d(x, weight(4, 6, 9, 9), null)).toThrow(/a 9 x 9 window does not fit into x \[1, 8, 8, 6\]/);
    expect(() => conv2d(x, weight(4, 6, 3, 3), null, { stride: 0 })).toThrow(/stride 0 and padding 0/);
  });
});
