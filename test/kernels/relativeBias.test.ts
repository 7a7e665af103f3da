import { describe, expect, it } from 'vitest';
import { relativeBias } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { relativeBiasRef } from '../../src/kernels/relativeBias/relativeBias.ref.ts';
import { relativeBiasCases } from '../cases/relativeBias.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('relativeBias', () => {
  for (const { grid, heads } of relativeBiasCases) {
    it(`${grid}, ${heads} heads`, async () => {
      const entries = (2 * grid[0] - 1) * (2 * grid[1] - 1) + 3;
      const table = noise(entries * heads, 6);
      const { y } = await evaluate((s) => ({ y: relativeBias(s.input(table, [entries, heads]), ...grid) }));
      expect(y).toEqual(Float32Array.from(relativeBiasRef(table, grid, heads)));
    });
  }

  it('says what does not fit', () => {
    expect(() => relativeBias(new Graph().input('t', [13, 2]), 2, 2)).toThrow(/table is \[13, 2\], expected \[12, 2\]/);
  });
});
