import { describe, expect, it } from 'vitest';
import { convTranspose2d } from '../../src/graph/ops/matmul.ts';
import type { Device } from '../../src/graph/device.ts';
import { Graph } from '../../src/graph/record.ts';
import { convTranspose2dRef } from '../../src/kernels/convTranspose2d/convTranspose2d.ref.ts';
import { convTranspose2dCases } from '../cases/convTranspose2d.ts';
import { evaluate } from '../setup/evaluate.ts';
import { asHalf, EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';
import { deviceFor, matrixDevice } from '../setup/variantDevices.ts';

type ConvTranspose2dCase = (typeof convTranspose2dCases)[number];

const dataOf = (c: ConvTranspose2dCase) => ({
  x: noise(c.B * c.H * c.W * c.I, 1),
  w: noise(c.I * c.O * c.kernel ** 2, 2),
  b: noise(c.O, 3),
});

/** Compares the kernel on a device with its reference. */
async function check(device: Device, c: ConvTranspose2dCase, { x, w, b }: ReturnType<typeof dataOf>): Promise<void> {
  const { y } = await evaluate(
    (s) => ({
      y: convTranspose2d(
        s.input(x, [c.B, c.H, c.W, c.I]),
        s.weight(w, [c.I, c.O, c.kernel, c.kernel]),
        s.weight(b, [c.O]),
        { stride: c.kernel },
      ),
    }),
    { device },
  );
  const expected = convTranspose2dRef(x, w, b, c);
  expectClose(y, expected, 2 * EPS * (Math.sqrt(c.I) + 4) * Math.max(1, maxAbs(expected)));
}

describe('convTranspose2d', () => {
  for (const c of convTranspose2dCases) {
    for (const variant of ['preferred', 'tiled', 'tiled8x8'] as const) {
      const sizes = `${c.kernel} x ${c.kernel}, ${c.B} x ${c.H} x ${c.W} x ${c.I} to ${c.O}`;
      it(`${sizes}, ${variant} variant`, async () => {
        await check(await deviceFor('conv', variant), c, dataOf(c));
      });
    }
  }

  it('is right in the matrix variant', async () => {
    const c = convTranspose2dCases[convTranspose2dCases.length - 1];
    const { x, w, b } = dataOf(c);
    await check(await matrixDevice(16), c, { x: asHalf(x), w: asHalf(w), b });
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
