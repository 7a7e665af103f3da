import { describe, expect, it } from 'vitest';
import { resizeMasked } from '../../src/graph/ops/resize.ts';
import { Graph } from '../../src/graph/record.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import { resizeMasked as resizeMaskedKernel } from '../../src/kernels/resizeMasked/resizeMasked.ts';
import { channelsLast, lastShape } from '../setup/channelsLast.ts';
import { resizeMaskedChecks } from '../checks/photos.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose } from '../setup/numbers.ts';

describe('resizeMasked', () => {
  itPasses(resizeMaskedChecks);

  it('agrees with PyTorch on maps with infinities, taps of weight zero included', async () => {
    const fixture = await golden('ops/resize');
    let compared = 0;
    for (const [i, c] of fixture.cases.entries()) {
      if (c.note === undefined || c.scaleFactor !== undefined) continue;
      const shape = fixture.tensor(`${i}.x`).shape;
      const [, , h, w] = fixture.tensor(`${i}.y`).shape;
      const raw = channelsLast(fixture.f32(`${i}.x`), shape);
      const expected = channelsLast(fixture.f32(`${i}.y`), fixture.tensor(`${i}.y`).shape);
      const valid = Uint32Array.from({ length: raw.length / 3 }, (_, p) => (Number.isFinite(raw[3 * p]) ? 1 : 0));
      const x = raw.map((v) => (Number.isFinite(v) ? v : -1e30));
      const [B, H, W] = lastShape(shape);
      const run = await evaluate((s) => resizeMasked(s.input(x, [B, H, W, 3]), s.input(valid, [B, H, W]), [h, w]));
      for (let p = 0; p < h * w; p++) {
        expect(run.valid[p], `case ${i}, pixel ${p}`).toBe(Number.isFinite(expected[3 * p]) ? 1 : 0);
        if (!run.valid[p]) continue;
        for (let k = 3 * p; k < 3 * p + 3; k++) expectClose([run.values[k]], [expected[k]], 8 * EPS * 2);
      }
      compared++;
    }
    expect(compared).toBe(3);
  });

  it('says what does not fit', () => {
    const g = new Graph();
    const x = g.input('x', [1, 4, 4, 2]);
    const table = operand([4, 8], 'u32');
    expect(() => resizeMasked(x, g.input('valid', [1, 4, 5], 'u32'), [2, 2])).toThrow(/valid is \[1, 4, 5\], expected/);
    expect(() => resizeMasked(g.input('flat', [4]), x, [2, 2])).toThrow(/resizeMasked: x is \[4\], expected \[B, H/);
    expect(() => resizeMaskedKernel(x, operand([1, 4, 4], 'u32'), table, table)).toThrow(/bilinear ones of four/);
  });
});
