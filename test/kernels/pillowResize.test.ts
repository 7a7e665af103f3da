import { describe, expect, it } from 'vitest';
import { resizeRgba8 } from '../../src/graph/ops/image.ts';
import { Graph } from '../../src/graph/record.ts';
import { pillowResize } from '../../src/kernels/pillowResize/pillowResize.ts';
import { pillowResizeChecks } from '../checks/photos.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { words } from '../setup/photos.ts';

describe('pillowResize', () => {
  itPasses(pillowResizeChecks);

  it('keeps white white: the fixed-point sum does not overflow', async () => {
    const white = new Uint32Array(30 * 30).fill(0xffffffff);
    const { y } = await evaluate((s) => ({ y: resizeRgba8(s.input(white, [30, 30]), [7, 13]) }));
    expect(y).toEqual(new Uint32Array(7 * 13).fill(0xffffffff));
  });

  it('agrees with Pillow, bit for bit', async () => {
    const fixture = await golden('ops/pixels');
    const cases = fixture.cases.flatMap((c, i) => (c.op === 'resizeLongestSide' ? [i] : []));
    expect(cases.length).toBe(6);
    for (const i of cases) {
      const [H, W] = fixture.tensor(`${i}.x`).shape;
      const to = fixture.cases[i].size as [number, number];
      const { y } = await evaluate((s) => ({ y: resizeRgba8(s.input(words(fixture.u32(`${i}.x`)), [H, W]), to) }));
      expect(y).toEqual(words(fixture.u32(`${i}.y`)));
    }
  });

  it('says what does not fit', () => {
    const g = new Graph();
    const photo = g.input('photo', [4, 4], 'u32');
    const table = (rows: number) => g.input(`${rows}`, [rows, 2], 'u32');
    expect(() => pillowResize(photo, 0, table(3), table(4))).toThrow(/pillowResize: tables \[3, 2\] and \[4, 2\]/);
    expect(() => pillowResize(g.input('f', [4, 4]), 0, photo, photo)).toThrow(/photo is f32, expected u32/);
  });
});
