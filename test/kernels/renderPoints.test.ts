import { describe, expect, it } from 'vitest';
import { renderPoints } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { renderPointsRef } from '../../src/kernels/renderPoints/renderPoints.ref.ts';
import type { View } from '../../src/kernels/shared/view.ts';
import { renderCases } from '../cases/renderPoints.ts';
import { evaluate } from '../setup/evaluate.ts';

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
/** Two views of different size; the right one is turned upside down. */
const size = { width: 72, height: 45 };
const views: View[] = [
  { rect: { left: 0, top: 0, right: 45, bottom: 45 }, matrix: identity, focal: 75, near: 0.5, far: 9 },
  {
    rect: { left: 45, top: 3, right: 72, bottom: 45 },
    matrix: identity.map((v, i) => (i === 0 || i === 5 ? -v : v)),
    focal: 40,
    near: 0.5,
    far: 9,
  },
];
const colorsOf = (n: number) => Uint32Array.from({ length: n }, (_, i) => (i * 2654435761) >>> 0);

describe('renderPoints', () => {
  for (const { name, points, radius } of renderCases) {
    it(`draws ${name} as the reference does`, async () => {
      const colors = colorsOf(points.length / 3);
      const { picture } = await evaluate((s) => ({
        picture: renderPoints(
          s.input(points, [colors.length, 3]),
          s.input(colors, [colors.length]),
          size,
          radius,
          views,
        ),
      }));
      const expected = renderPointsRef(points, colors, size, radius, views);
      let different = 0;
      let seen = 0;
      for (const { rect } of views) {
        for (let y = rect.top; y < rect.bottom; y++) {
          for (let x = rect.left; x < rect.right; x++) {
            const [a, b] = [picture[y * size.width + x], expected[y * size.width + x]];
            seen++;
            if ([0, 8, 16, 24].some((s) => Math.abs(((a >>> s) & 255) - ((b >>> s) & 255)) > 2)) different++;
          }
        }
      }
      // Rounding moves rims by 1e-5 pixels and depths by a step: a pixel that lies just there may fall to either side.
      expect(different).toBeLessThanOrEqual(0.01 * seen);
    });
  }

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
