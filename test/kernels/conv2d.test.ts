import { describe, expect, it } from 'vitest';
import { conv2d } from '../../src/graph/ops/matmul.ts';
import { Graph } from '../../src/graph/record.ts';
import { conv2dRef } from '../../src/kernels/conv2d/conv2d.ref.ts';
import { conv2dCases } from '../cases/conv2d.ts';
import { conv2dBound, conv2dChecks, conv2dData, conv2dTitle, recordConv2d } from '../checks/products.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { asHalf, expectClose, noise } from '../setup/numbers.ts';
import { deviceFor, matrixDevice } from '../setup/variantDevices.ts';

for (const variant of ['preferred', 'tiled', 'tiled8x8'] as const) {
  describe(`conv2d, ${variant} variant`, () => {
    itPasses(conv2dChecks, () => deviceFor('conv', variant));
  });
}

describe('conv2d, matrix variant', () => {
  // Each program takes lavapipe seconds to compile, so there are two: whole vec4s and single elements.
  for (const c of conv2dCases.filter(({ C, kernel }) => C === 64 || kernel === 7)) {
    it(conv2dTitle(c), async () => {
      const device = await matrixDevice(16);
      const data = { ...conv2dData(c), x: asHalf(noise(c.B * c.H * c.W * c.C, 1)) };
      const { y } = await evaluate((s) => ({ y: recordConv2d(s, c, data) }), { device });
      const { activation, inputRelu } = c;
      const expected = conv2dRef(data.x, asHalf(data.w), c, { ...data, activation, inputRelu });
      expectClose(y, expected, conv2dBound(c, expected));
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
