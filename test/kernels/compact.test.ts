import { describe, expect, it } from 'vitest';
import { compact } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { compactRef } from '../../src/kernels/compact/compact.ref.ts';
import { evaluate } from '../setup/evaluate.ts';
import { expectClose, noise } from '../setup/numbers.ts';

/** One, one past a block, one past the blocks that the threads of the scan take one each, a sweep at granularity 0.05. */
const counts = [1, 7, 257, 65537, 120 ** 3];

describe('compact', () => {
  for (const n of counts) {
    it(`${n} flags`, async () => {
      const random = noise(n, 1);
      for (const share of n > 1e6 ? [0.03] : [0, 0.03, 0.5, 1]) {
        const flags = Uint32Array.from(random, (v) => ((v + 1) / 2 < share ? 3 : 0));
        const y = await evaluate((s) => ({ ...compact(s.input(flags, [n])) }));
        const expected = compactRef(flags);
        expect([...y.count]).toEqual([expected.count]);
        expectClose(y.indices, expected.indices, 0);
      }
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    expect(() => compact(g.input('f', [9]))).toThrow(/compact: flags is f32, expected u32/);
    expect(() => compact(g.input('m', [3, 3], 'u32'))).toThrow(/compact: flags is \[3, 3\], expected 1 axes/);
  });
});
