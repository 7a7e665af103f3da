import { describe, expect, it } from 'vitest';
import { convTranspose2d } from '../../src/graph/ops/matmul.ts';
import { Graph } from '../../src/graph/record.ts';
import { convTranspose2dRef } from '../../src/kernels/convTranspose2d/convTranspose2d.ref.ts';
import { convTranspose2dCases } from '../cases/convTranspose2d.ts';
import {
  convTranspose2dChecks,
  convTransposeBound,
  convTransposeData,
  recordConvTranspose,
} from '../checks/products.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { asHalf, expectClose } from '../setup/numbers.ts';
import { deviceFor, matrixDevice } from '../setup/variantDevices.ts';

for (const variant of ['preferred', 'tiled', 'tiled8x8'] as const) {
  describe(`convTranspose2d, ${variant} variant`, () => {
    itPasses(convTranspose2dChecks, () => deviceFor('conv', variant));
  });
}

describe('convTranspose2d', () => {
  it('is right in the matrix variant', async () => {
    const c = convTranspose2dCases[convTranspose2dCases.length - 1];
    const { x, w, b } = convTransposeData(c);
    const data = { x: asHalf(x), w: asHalf(w), b };
    const { y } = await evaluate((s) => ({ y: recordConvTranspose(s, c, data) }), { device: await matrixDevice(16) });
    const expected = convTranspose2dRef(data.x, data.w, b, c);
    expectClose(y, expected, convTransposeBound(c, expected));
  });

  it('says which weight it expects', () => {
    const g = new Graph();
    const x = g.input('x', [1, 8, 8, 6]);
    const w = g.constant({ name: 'w', shape: [6, 4, 3, 3], compute: () => new Float32Array(0) });
    expect(() => convTranspose2d(x, w, null, { stride: 2 })).toThrow(
      /w is \[6, 4, 3, 3\].*stride 2 it must be \[6, O, 2, 2\]/,
    );
    expect(() => convTranspose2d(x, g.input('v', [6, 4, 2, 2]), null, { stride: 2 })).toThrow(/w is computed/);
  });
});
