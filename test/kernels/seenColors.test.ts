import { describe, expect, it } from 'vitest';
import { seenColors } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { seenColorsChecks } from '../checks/points.ts';
import { itPasses } from '../setup/checks.ts';

describe('seenColors', () => {
  itPasses(seenColorsChecks);

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
