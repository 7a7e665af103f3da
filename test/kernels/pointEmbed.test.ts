import { describe, expect, it } from 'vitest';
import { pointEmbed } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { pointEmbedRef } from '../../src/kernels/pointEmbed/pointEmbed.ref.ts';
import { pointEmbedCases } from '../cases/pointEmbed.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

describe('pointEmbed', () => {
  for (const { points: n, E } of pointEmbedCases) {
    it(`${n} points to ${E} features; invalid ones, however far, to the replacement`, async () => {
      const points = noise(3 * n, 1, 20);
      const valid = Uint32Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : 1));
      const [w, b, missing] = [noise(3 * E, 2), noise(E, 3, 0.1), noise(E, 4)];
      const { y } = await evaluate((s) => ({
        y: pointEmbed(s.input(points, [n, 3]), s.input(valid, [n]), {
          w: s.weight(w, [E, 3]),
          b: s.weight(b, [E]),
          missing: s.weight(missing, [E]),
        }),
      }));
      // Three products of at most 20, and the bias.
      expectClose(y, pointEmbedRef(points, valid, w, b, missing), 4 * EPS * 61);
    });
  }

  it('names the operand that does not fit', () => {
    const g = new Graph();
    const [points, valid] = [g.input('points', [4, 3]), g.input('valid', [4], 'u32')];
    const [w, b] = [g.input('w', [8, 3]), g.input('b', [8])];
    const missing = g.input('missing', [7]);
    expect(() => pointEmbed(points, valid, { w, b, missing })).toThrow(/missing is \[7\], expected \[8\]/);
    expect(() => pointEmbed(points, valid, { w: points, b, missing: b })).toThrow(/w is \[4, 3\], expected \[8, 3\]/);
    expect(() => pointEmbed(w, valid, { w, b, missing: b })).toThrow(/points is \[8, 3\], expected \[4, 3\]/);
    expect(() => pointEmbed(points, g.input('floats', [4]), { w, b, missing: b })).toThrow(/valid is f32/);
  });
});
