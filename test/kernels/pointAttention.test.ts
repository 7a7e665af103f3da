import { describe, expect, it } from 'vitest';
import { pointAttention } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { pointAttentionRef } from '../../src/kernels/pointAttention/pointAttention.ref.ts';
import { stateCount } from '../../src/kernels/pointAttention/pointAttention.ts';
import { pointAttentionCases } from '../cases/pointAttention.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

describe('pointAttention', () => {
  for (const { side, window, heads } of pointAttentionCases) {
    it(`${side} x ${side} points in windows of ${window}, ${heads} heads`, async () => {
      const states = stateCount(window);
      const points = noise(3 * side * side, 1, 2);
      const valid = Uint32Array.from({ length: side * side }, (_, i) => (i % 5 === 0 ? 0 : 1));
      // Variances stay above 1: the form is that of squared lengths.
      const spread = noise((states + 2) * 4, 2, 0.1).map((v, i) => (i % 4 === 3 ? 2 + v : v));
      for (let i = 0; i < 3; i++) spread[4 * states + i] += 1;
      const scores = noise((states + 3) * heads, 3, 2);
      const { y } = await evaluate((s) => ({
        y: pointAttention(
          s.input(points, [1, side, side, 3]),
          s.input(valid, [1, side, side]),
          { spread: s.weight(spread, [states + 2, 4]), scores: s.weight(scores, [states + 3, heads]) },
          { window, eps: 1e-6 },
        ),
      }));
      const expected = pointAttentionRef(points, valid, spread, scores, { side, window, heads, eps: 1e-6 });
      // Logits of up to 14 with a few roundings each, their differences exponentiated; sums of window^2 weights below 1.
      expectClose(y, expected, 8 * EPS * (14 + window) * 2);
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    const [points, valid] = [g.input('p', [1, 4, 4, 3]), g.input('v', [1, 4, 4], 'u32')];
    const tables = { spread: g.input('s', [11, 4]), scores: g.input('t', [12, 3]) };
    const run =
      (part: object, window = 2) =>
      () =>
        pointAttention(points, valid, { ...tables, ...part }, { window, eps: 1e-6 });
    expect(run({})).not.toThrow();
    expect(run({}, 3)).toThrow(/4 x 4 points does not split into windows of 3/);
    expect(run({ spread: tables.scores })).toThrow(/spread is \[12, 3\], expected \[11, 4\]/);
    expect(run({ scores: tables.spread })).toThrow(/scores is \[11, 4\], expected \[12, heads\]/);
    const float = g.input('f', [1, 4, 4]);
    expect(() => pointAttention(points, float, tables, { window: 2, eps: 1e-6 })).toThrow(/valid is f32/);
    expect(() => pointAttention(float, valid, tables, { window: 2, eps: 1e-6 })).toThrow(/points is \[1, 4, 4\]/);
  });
});
