import { describe, expect, it } from 'vitest';
import { probabilityThreshold, threshold } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { thresholdChecks } from '../checks/elementwise.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('threshold', () => {
  itPasses(thresholdChecks);

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
