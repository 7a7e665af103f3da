import { describe, expect, it } from 'vitest';
import { probabilityThreshold, threshold } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { thresholdRef } from '../../src/kernels/threshold/threshold.ref.ts';
import { pointCases } from '../cases/points.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('threshold', () => {
  for (const { count } of pointCases) {
    it(`${count} numbers`, async () => {
      const x = noise(count, 1, 2);
      const { y } = await evaluate((s) => ({ y: threshold(s.input(x, [count]), 0.25) }));
      expect(y).toEqual(thresholdRef(x, 0.25));
    });
  }

  it('is strict', async () => {
    const { y } = await evaluate((s) => ({ y: threshold(s.input(Float32Array.of(-1e-30, 0, 1e-30), [3]), 0) }));
    expect([...y]).toEqual([0, 0, 1]);
  });

  it('takes probabilities', async () => {
    const logits = noise(500, 2, 6);
    const { y } = await evaluate((s) => ({ y: probabilityThreshold(s.input(logits, [500]), 0.1) }));
    expect([...y]).toEqual([...logits].map((v) => (1 / (1 + Math.exp(-v)) > 0.1 ? 1 : 0)));
  });

  it('needs floats and a probability', () => {
    const g = new Graph();
    expect(() => threshold(g.input('n', [3], 'u32'), 0)).toThrow(/threshold: x is u32, expected f32/);
    expect(() => probabilityThreshold(g.input('x', [3]), 1)).toThrow(/probabilityThreshold: 1 is not between 0 and 1/);
  });
});
