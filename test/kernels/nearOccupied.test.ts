import { describe, expect, it } from 'vitest';
import { nearOccupied } from '../../src/pipeline/mcc/latticeOps.ts';
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

const run = (occupied: Uint32Array, asked: Uint32Array, counts: readonly [number, number, number], stride: number) =>
  evaluate((s) => {
    const [o, a] = [s.input(occupied, [occupied.length]), s.input(asked, [asked.length])];
    return { y: nearOccupied(o, a, counts, stride) };
  });

describe('nearOccupied', () => {
  for (const { counts, stride } of nearOccupiedCases) {
    it(`stride ${stride} in ${counts.join(' x ')}, exactly`, async () => {
      const n = counts[0] * counts[1] * counts[2];
      for (const [share, known] of [
        [0, 0],
        [0.02, 0.1],
        [0.3, 0.5],
        [1, 0],
        [1, 0.5],
      ]) {
        const [occupied, asked] = [randomBits(n, share, 1), randomBits(n, known, 2)];
        const { y } = await run(occupied, asked, counts, stride);
        expect([...y]).toEqual([...nearOccupiedRef(occupied, asked, counts, stride)]);
      }
    });
  }

  it('reaches neighbors alone, and the last planes of a grid that the stride does not divide', async () => {
    const counts = [6, 1, 1] as const; // The lattice of stride 4: points 0, 4 and 5.
    for (const [point, expected] of [
      [0, 0b011],
      [4, 0b111],
      [5, 0b110],
      [3, 0],
    ]) {
      const { y } = await run(Uint32Array.of(1 << point), Uint32Array.of(0), counts, 4);
      expect([...y]).toEqual([expected]);
    }
  });

  it('names what does not fit', () => {
    const g = new Graph();
    let inputs = 0;
    const bits = (n: number, dtype: 'u32' | 'f32' = 'u32') => g.input(`bits${inputs++}`, [n], dtype);
    expect(() => nearOccupied(bits(2), bits(2), [4, 0, 8], 1)).toThrow(/a grid of \[4, 0, 8\] has no points/);
    expect(() => nearOccupied(bits(3), bits(3), [4, 4, 5], 0.5)).toThrow(/stride is 0.5.*at least 1/);
    expect(() => nearOccupied(bits(3), bits(4), [4, 4, 5], 1)).toThrow(/asked is \[4\], expected \[3\]/);
    expect(() => nearOccupied(bits(3, 'f32'), bits(3), [4, 4, 5], 1)).toThrow(/occupied is f32, expected u32/);
  });
});
