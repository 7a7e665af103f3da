import { describe, expect, it } from 'vitest';
import { seenColors } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { axisTaps } from '../../src/kernels/resize/taps.ts';
import { seenColorsRef } from '../../src/kernels/seenColors/seenColors.ref.ts';
import { seenCases } from '../cases/seenMap.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';
import { tapRows } from '../setup/taps.ts';

describe('seenColors', () => {
  for (const { photo, box, size } of seenCases) {
    it(`[${box}] of [${photo}] to ${size}`, async () => {
      const [H, W] = photo;
      const { table } = axisTaps({ mode: 'bilinear', alignCorners: false, from: Math.max(box[2], box[3]), to: size });
      const words = Uint32Array.from(noise(H * W, 1), (v) => Math.floor((v + 1) * 2 ** 31));
      const { y } = await evaluate((s) => ({
        y: seenColors(s.input(words, [H, W]), s.input(table, [size, 4]), s.input(Uint32Array.from(box), [4])),
      }));
      expectClose(y, seenColorsRef(words, W, tapRows(table), box), EPS * 14);
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    const [photo, taps, box] = [g.input('p', [4, 5], 'u32'), g.input('t', [9, 4], 'u32'), g.input('b', [4], 'u32')];
    expect(() => seenColors(g.input('q', [4, 5, 3], 'u32'), taps, box)).toThrow(
      /photo is \[4, 5, 3\], expected 2 axes/,
    );
    expect(() => seenColors(photo, g.input('t2', [9, 2], 'u32'), box)).toThrow(/taps are \[9, 2\]/);
    expect(() => seenColors(photo, taps, g.input('b5', [5], 'u32'))).toThrow(/box is \[5\], expected \[4\]/);
    expect(() => seenColors(g.input('f', [4, 5]), taps, box)).toThrow(/photo is f32, expected u32/);
  });
});
