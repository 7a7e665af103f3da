import { describe, expect, it } from 'vitest';
import { argmax } from '../../src/graph/ops/reduce.ts';
import { Graph } from '../../src/graph/record.ts';
import { argmaxRef } from '../../src/kernels/argmax/argmax.ref.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('argmax', () => {
  for (const [rows, C] of [
    [1, 1],
    [2, 2],
    [67, 13],
    [3, 1000],
  ]) {
    it(`[${rows}, ${C}]`, async () => {
      const x = noise(rows * C, 1, 3);
      const { y } = await evaluate((s) => ({ y: argmax(s.input(x, [rows, C])) }));
      expect(y).toEqual(argmaxRef(x, C));
    });
  }

  it('takes the first of equals', async () => {
    const { y } = await evaluate((s) => ({ y: argmax(s.input(Float32Array.of(1, 4, 4, 0, 0, 0), [2, 3])) }));
    expect([...y]).toEqual([1, 0]);
  });

  it('needs columns and floats', () => {
    const g = new Graph();
    expect(() => argmax(g.input('x', [3, 0]))).toThrow(/argmax: x is \[3, 0\]: there are no columns/);
    expect(() => argmax(g.input('n', [3, 4], 'i32'))).toThrow(/argmax: x is i32, expected f32/);
  });
});
