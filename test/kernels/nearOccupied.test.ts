import { describe, expect, it } from 'vitest';
import { nearOccupied } from '../../src/pipeline/mcc/listOps.ts';
import { Graph } from '../../src/graph/record.ts';
import { nearOccupiedChecks } from '../checks/sweep.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';

const run = (occupied: Uint32Array, queried: Uint32Array, counts: readonly [number, number, number]) =>
  evaluate((s) => {
    const [o, a] = [s.input(occupied, [occupied.length]), s.input(queried, [queried.length])];
    return { y: nearOccupied(o, a, counts) };
  });

describe('nearOccupied', () => {
  itPasses(nearOccupiedChecks);

  it('reaches neighbors along each axis and across, not the other end of a row', async () => {
    const { y } = await run(Uint32Array.of(1 << 4), Uint32Array.of(1 << 4), [3, 3, 3]);
    // All of the plane x = 0 but point 4 itself, and the plane next to it.
    expect([...y]).toEqual([0b111111111_111101111]);
    const row = await run(Uint32Array.of(1 << 3), Uint32Array.of(0), [1, 2, 4]);
    expect([...row.y]).toEqual([0b1100_1100]);
  });

  it('names what does not fit', () => {
    const g = new Graph();
    let inputs = 0;
    const bits = (n: number, dtype: 'u32' | 'f32' = 'u32') => g.input(`bits${inputs++}`, [n], dtype);
    expect(() => nearOccupied(bits(2), bits(2), [4, 0, 8])).toThrow(/a grid of \[4, 0, 8\] has no points/);
    expect(() => nearOccupied(bits(3), bits(4), [4, 4, 5])).toThrow(/queried is \[4\], expected \[3\]/);
    expect(() => nearOccupied(bits(3, 'f32'), bits(3), [4, 4, 5])).toThrow(/occupied is f32, expected u32/);
  });
});
