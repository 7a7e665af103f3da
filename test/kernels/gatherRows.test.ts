import { describe, expect, it } from 'vitest';
import { gatherRows } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { gatherRowsChecks } from '../checks/movement.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';

describe('gatherRows', () => {
  itPasses(gatherRowsChecks);

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
