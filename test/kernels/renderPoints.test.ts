import { describe, expect, it } from 'vitest';
import { renderPoints } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import type { View } from '../../src/kernels/shared/view.ts';
import { renderCases } from '../cases/renderPoints.ts';
import { colorsOf, pointsSize as size, pointsViews as views, renderPointsChecks } from '../checks/pictures.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';

describe('renderPoints', () => {
  itPasses(renderPointsChecks);

  it('gives the same picture twice', async () => {
    const { points, radius } = renderCases[3];
    const colors = colorsOf(600);
    const draw = async () =>
      (
        await evaluate((s) => ({
          y: renderPoints(s.input(points, [600, 3]), s.input(colors, [600]), size, radius, views),
        }))
      ).y;
    const inside = (words: ArrayLike<number>) =>
      Array.from({ length: 45 * 45 }, (_, i) => words[Math.floor(i / 45) * 72 + (i % 45)]);
    expect(inside(await draw())).toEqual(inside(await draw()));
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const [points, colors] = [g.input('p', [5, 3]), g.input('c', [5], 'u32')];
    const draw = (change: Partial<View>, radius = 0.1) =>
      renderPoints(points, colors, size, radius, [{ ...views[0], ...change }]);
    expect(() => draw({}, 0)).toThrow(/radius of splats is 0/);
    expect(() => draw({ near: 3, far: 2 })).toThrow(/depths from 3 to 2 show nothing/);
    expect(() => draw({ rect: { left: 40, top: 0, right: 80, bottom: 9 } })).toThrow(
      /does not lie in a picture of 72 x 45/,
    );
    expect(() => renderPoints(g.input('q', [5, 4]), colors, size, 1, views)).toThrow(
      /points is \[5, 4\], expected \[5, 3\]/,
    );
    expect(() => renderPoints(points, g.input('d', [4], 'u32'), size, 1, views)).toThrow(
      /colors is \[4\], expected \[5\]/,
    );
    expect(() => renderPoints(points, g.input('f', [5]), size, 1, views)).toThrow(/colors is f32, expected u32/);
  });
});
