import { describe, expect, it } from 'vitest';
import { nearOccupied } from '../../src/pipeline/mcc/listOps.ts';
import { Graph } from '../../src/graph/record.ts';
import { nearOccupiedRef } from '../../src/kernels/nearOccupied/nearOccupied.ref.ts';
import { nearOccupiedCases } from '../cases/nearOccupied.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

/** Bits for n points, of which about `share` are set. Bits beyond the last point are set, too: nobody may read them. */
function randomBits(n: number, share: number, seed: number): Uint32Array {
  const bits = new Uint32Array(Math.ceil(n / 32)).fill(0xffffffff);
  noise(n, seed).forEach((v, i) => {
    if ((v + 1) / 2 >= share) bits[i >>> 5] &= ~(1 << (i & 31));
  });
  return bits;
}

const run = (occupied: Uint32Array, queried: Uint32Array, counts: readonly [number, number, number]) =>
  evaluate((s) => {
    const [o, a] = [s.input(occupied, [occupied.length]), s.input(queried, [queried.length])];
    return { y: nearOccupied(o, a, counts) };
  });

describe('nearOccupied', () => {
  for (const { counts } of nearOccupiedCases) {
    it(`${counts.join(' x ')} points, exactly`, async () => {
      const n = counts[0] * counts[1] * counts[2];
      for (const [share, known] of [
        [0, 0],
        [0.02, 0.1],
        [0.3, 0.5],
        [1, 0],
        [1, 0.5],
      ]) {
        const [occupied, queried] = [randomBits(n, share, 1), randomBits(n, known, 2)];
        const { y } = await run(occupied, queried, counts);
        expect([...y]).toEqual([...nearOccupiedRef(occupied, queried, counts)]);
      }
    });
  }

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
