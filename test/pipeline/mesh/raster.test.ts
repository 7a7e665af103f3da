import { describe, expect, it } from 'vitest';
import { rasterize } from '../../../src/pipeline/mesh/raster.ts';

type Three = [number, number, number];

describe('a fan of triangles around a point', () => {
  // Corners on centers of cells, on borders, and anywhere; one triangle has no area.
  const rim: [number, number][] = [
    [0.5, 0.5],
    [12, 0.5],
    [23.5, 1],
    [23.5, 9.3],
    [22.1, 23.5],
    [8.7, 23],
    [0.5, 23.5],
    [0.5, 11.5],
    [0.5, 4],
  ];
  const middle = [11.5, 10.5];

  it.each(['clockwise', 'counterclockwise'])('covers each cell inside once, %s', (direction) => {
    const order = direction === 'clockwise' ? rim : [...rim].reverse();
    const covered = new Map<number, number>();
    order.forEach(([x, y], i) => {
      const [nextX, nextY] = order[(i + 1) % order.length];
      const xs: Three = [middle[0], x, nextX];
      const ys: Three = [middle[1], y, nextY];
      rasterize(24, 24, xs, ys, (column, row, a, b, c) => {
        covered.set(row * 24 + column, (covered.get(row * 24 + column) ?? 0) + 1);
        expect(a + b + c).toBeCloseTo(1, 9);
        expect(a * xs[0] + b * xs[1] + c * xs[2]).toBeCloseTo(column + 0.5, 1);
        expect(a * ys[0] + b * ys[1] + c * ys[2]).toBeCloseTo(row + 0.5, 1);
      });
    });
    expect(new Set(covered.values())).toEqual(new Set([1]));
    for (let row = 2; row < 22; row++)
      for (let column = 1; column < 22; column++) expect(covered.has(row * 24 + column)).toBe(true);
  });
});

it('stays on the grid, and covers nothing without area', () => {
  const cells: number[] = [];
  rasterize(3, 2, [-10, 20, -10], [-10, -10, 20], (column, row) => cells.push(row * 3 + column));
  expect(cells).toEqual([0, 1, 2, 3, 4, 5]);
  rasterize(3, 2, [0, 1, 2], [0, 1, 2], () => expect.unreachable());
});
