import { describe, expect, it } from 'vitest';
import { gatherRows } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { gatherRowsRef } from '../../src/kernels/gatherRows/gatherRows.ref.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('gatherRows', () => {
  for (const { rows, C, count } of [
    { rows: 1, C: 1, count: 1 },
    { rows: 9, C: 3, count: 14 },
    { rows: 5, C: 8, count: 3 },
    { rows: 300, C: 769, count: 31 },
  ]) {
    it(`${count} of [${rows}, ${C}]`, async () => {
      const x = noise(rows * C, 1);
      const indices = Uint32Array.from({ length: count }, (_, i) => (i * 7 + 3) % rows);
      indices[count - 1] = rows + 5; // beyond the last row
      const { y } = await evaluate((s) => ({ y: gatherRows(s.input(x, [rows, C]), s.input(indices, [count])) }));
      expect(y).toEqual(Float32Array.from(gatherRowsRef(x, C, indices)));
    });
  }

  it('moves whole numbers, bit by bit', async () => {
    const x = Uint32Array.of(0x7fc00001, 0xffffffff, 0x80000000, 1); // as floats: NaNs, -0, a denormal
    const { y } = await evaluate((s) => ({ y: gatherRows(s.input(x, [2, 2]), s.input(Uint32Array.of(1, 0), [2])) }));
    expect(y).toEqual(Uint32Array.of(0x80000000, 1, 0x7fc00001, 0xffffffff));
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const [x, i] = [g.input('x', [4, 2]), g.input('i', [3], 'u32')];
    expect(() => gatherRows(g.input('y', [4]), i)).toThrow(/gatherRows: x is \[4\], expected 2 axes/);
    expect(() => gatherRows(x, g.input('j', [3, 1], 'u32'))).toThrow(
      /gatherRows: indices is \[3, 1\], expected 1 axes/,
    );
    expect(() => gatherRows(x, g.input('k', [3]))).toThrow(/gatherRows: indices is f32, expected u32/);
    expect(() => gatherRows(g.input('n', [4, 2], 'i32'), i)).toThrow(/gatherRows: x is i32, expected f32/);
    expect(() => gatherRows(g.input('z', [0, 2]), i)).toThrow(/there is no row to read/);
  });
});
