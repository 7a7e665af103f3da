import { describe, expect, it } from 'vitest';
import { resize } from '../../src/graph/ops/resize.ts';
import type { Sources } from '../../src/graph/evaluate.ts';
import { Graph } from '../../src/graph/record.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import { resize as resizeKernel } from '../../src/kernels/resize/resize.ts';
import { axisTaps, type ResizeMode } from '../../src/kernels/resize/taps.ts';
import { BASELINE } from '../../src/kernels/target.ts';
import { channelsLast, lastShape } from '../setup/channelsLast.ts';
import { resizeChecks } from '../checks/photos.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate, openDevice } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

const modes: { mode: ResizeMode; alignCorners: boolean }[] = [
  { mode: 'bilinear', alignCorners: false },
  { mode: 'bilinear', alignCorners: true },
  { mode: 'bicubic', alignCorners: false },
  { mode: 'nearest', alignCorners: false },
];

describe('resize', () => {
  itPasses(resizeChecks);

  it('gives the same bits however many results an invocation computes', async () => {
    const x = noise(9 * 7 * 3, 8, 2);
    for (const options of modes) {
      const build = (s: Sources) => ({ y: resize(s.input(x, [1, 9, 7, 3]), [23, 17], options) });
      const [one, four] = await Promise.all(
        (['workgroup', 'lane'] as const).map(async (rows) =>
          evaluate(build, { device: await openDevice({ target: { rows } }) }),
        ),
      );
      expect(one.y).toEqual(four.y);
    }
  });

  it('to the same size is the identity, bit for bit', async () => {
    const x = noise(5 * 7 * 3, 6, 2);
    for (const options of modes) {
      const { y } = await evaluate((s) => ({ y: resize(s.input(x, [1, 5, 7, 3]), [5, 7], options) }));
      expect(y).toEqual(x);
    }
  });

  it('computes a band of rows with the same bits', async () => {
    const x = noise(6 * 5 * 4, 7, 2);
    const options = { mode: 'bilinear', alignCorners: true } as const;
    const { whole, band } = await evaluate((s) => {
      const map = s.input(x, [1, 6, 5, 4]);
      return {
        whole: resize(map, [11, 9], options),
        band: resize(map, [11, 9], { ...options, rows: [3, 8] }),
      };
    });
    expect(band).toEqual(whole.slice(3 * 9 * 4, 8 * 9 * 4));
  });

  it('computes some of the columns with the same bits', async () => {
    const x = noise(6 * 5, 7, 2);
    const options = { mode: 'bicubic', alignCorners: false } as const;
    const { whole, some } = await evaluate((s) => {
      const map = s.input(x, [1, 6, 5, 1]);
      return { whole: resize(map, [11, 9], options), some: resize(map, [11, 9], { ...options, columns: [2, 6] }) };
    });
    expect(some).toEqual(whole.filter((_, i) => i % 9 >= 2 && i % 9 < 6));
  });

  it('agrees with PyTorch, antialiased and by scale factor too', async () => {
    const fixture = await golden('ops/resize');
    let compared = 0;
    for (const [i, c] of fixture.cases.entries()) {
      if (c.note !== undefined && c.scaleFactor === undefined) continue; // holes: resizeMasked.test.ts
      const { shape } = fixture.tensor(`${i}.x`);
      const out = fixture.tensor(`${i}.y`).shape;
      const x = channelsLast(fixture.f32(`${i}.x`), shape);
      const { y } = await evaluate((s) => ({
        y: resize(s.input(x, lastShape(shape)), [out[2], out[3]], {
          mode: c.mode as ResizeMode,
          alignCorners: (c.alignCorners as boolean | undefined) ?? false,
          antialias: (c.antialias as boolean | undefined) ?? false,
          scale: c.scaleFactor === undefined ? undefined : 1 / (c.scaleFactor as number),
        }),
      }));
      const exact = fixture.f64err(`${i}.y`) === 0;
      // Same coordinates, so what is left are the roundings of at most 4 x 4 taps (more, but smaller ones, antialiased).
      const bound = exact ? 0 : 24 * EPS * maxAbs(x);
      expectClose(y, channelsLast(fixture.f32(`${i}.y`), out), bound, `case ${i} ${JSON.stringify(c)}`);
      compared++;
    }
    expect(compared).toBe(44);
  });

  it('says what does not fit', () => {
    const g = new Graph();
    const x = g.input('x', [1, 4, 4, 2]);
    const bilinear = { mode: 'bilinear', alignCorners: false } as const;
    expect(() => resize(g.input('flat', [4, 4]), [2, 2], bilinear)).toThrow(/resize: x is \[4, 4\], expected \[B, H/);
    expect(() => resize(x, [0, 2], bilinear)).toThrow(/resize: \[0, 2\] is no size/);
    expect(() => resize(x, [4, 4], { ...bilinear, rows: [2, 5] })).toThrow(/2\.\.5 does not lie in a result of 4/);
    expect(() => resize(x, [2, 2], { mode: 'nearest', alignCorners: true })).not.toThrow();
    expect(() => axisTaps({ mode: 'nearest', alignCorners: true, from: 2, to: 2 })).toThrow(/nearest has no alignC/);
    expect(() => resize(x, [2, 2], { mode: 'nearest', alignCorners: false, antialias: true })).toThrow(
      /antialias needs/,
    );
    const table = (columns: number) => operand([4, columns], 'u32');
    expect(() => resizeKernel(BASELINE, x, table(4), table(8))).toThrow(/both axes need the same mode/);
  });
});
