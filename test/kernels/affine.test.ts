import { describe, expect, it } from 'vitest';
import { affine, clamp } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { affineRef } from '../../src/kernels/affine/affine.ref.ts';
import { affineCases } from '../cases/affine.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

describe('affine', () => {
  for (const { count } of affineCases) {
    it(`${count} elements`, async () => {
      const x = noise(count, 1, 4);
      const { linear, limited } = await evaluate((s) => {
        const t = s.input(x, [count]);
        return { linear: affine(t, 1.7, -0.3), limited: clamp(t, -1, 2.5) };
      });
      // Scale and offset are rounded to float32; a product and a sum are rounded.
      expectClose(linear, affineRef(x, 1.7, -0.3), 4 * EPS * 8);
      expect(limited).toEqual(Float32Array.from(affineRef(x, 1, 0, -1, 2.5)));
    });
  }

  it('refuses an empty range and integers', () => {
    const g = new Graph();
    expect(() => clamp(g.input('x', [3]), 1, 0)).toThrow(/affine: the range 1 .. 0 is empty/);
    expect(() => affine(g.input('i', [3], 'i32'), 1, 0)).toThrow(/affine: x is i32, expected f32/);
  });
});
