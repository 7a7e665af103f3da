/**
 * Masks of COCO's polygons, pixel by pixel those of COCO's own tools: corners are rounded on a grid that is five times
 * as fine as the pixels, edges are walked on that grid, and where an edge passes the middle of a column of pixels, the
 * column goes from outside to inside or back.
 */
import { type MaskRuns, runsOf } from '../../pipeline/maskRuns.ts';
import type { Size } from '../../pipeline/photo.ts';
import { CocoError } from './rle.ts';

/** Steps of the fine grid in a pixel. */
const FINE = 5;

/** The union of polygons. @param polygons each `[x, y, x, y, ...]` in pixels @throws CocoError if one is no polygon */
export function polygonMask(polygons: readonly (readonly number[])[], size: Size): MaskRuns {
  const { width, height } = size;
  // Column by column, as runs are counted.
  const inside = new Uint8Array(width * height);
  for (const polygon of polygons) {
    const crossings = crossingsOf(polygon, size).sort((a, b) => a - b);
    for (let i = 0; i < crossings.length; i += 2) inside.fill(1, crossings[i], crossings[i + 1]);
  }
  return { width, height, runs: runsOf(inside, { width: 1, height: width * height }).runs };
}

/** Where the outline enters or leaves a column of pixels: places counted column by column. */
function crossingsOf(polygon: readonly number[], { width, height }: Size): number[] {
  if (polygon.length < 6 || polygon.length % 2 !== 0 || !polygon.every(Number.isFinite)) {
    throw new CocoError(
      `A polygon has ${polygon.length} numbers; expected x and y of three corners or more, all of them finite.`,
    );
  }
  const outline = outlineOf(polygon);
  const crossings: number[] = [];
  for (let i = 1; i < outline.length; i++) {
    const [u, v] = outline[i];
    const [lastU, lastV] = outline[i - 1];
    if (u === lastU) continue;
    const x = toPixels(u < lastU ? u : u - 1);
    if (!Number.isInteger(x) || x < 0 || x > width - 1) continue;
    const y = Math.ceil(Math.min(height, Math.max(0, toPixels(Math.min(v, lastV)))));
    crossings.push(x * height + y);
  }
  return crossings;
}

/** The middle of a step of the fine grid, counted in pixels from the middle of the first one. */
const toPixels = (fine: number): number => (fine + 0.5) / FINE - 0.5;

/** All places of the fine grid on the edges, in order; the first corner is the last one, too. */
function outlineOf(polygon: readonly number[]): [number, number][] {
  const fine = polygon.map((value) => Math.trunc(FINE * value + 0.5));
  const outline: [number, number][] = [];
  for (let i = 0; i < fine.length; i += 2) {
    const next = (i + 2) % fine.length;
    walk(outline, [fine[i], fine[i + 1]], [fine[next], fine[next + 1]]);
  }
  return outline;
}

/** Adds the places of an edge: a step on its longer side for each. Rounding is the same in both directions. */
function walk(outline: [number, number][], from: readonly [number, number], to: readonly [number, number]): void {
  const along = Math.abs(to[0] - from[0]) >= Math.abs(to[1] - from[1]) ? 0 : 1;
  const across = 1 - along;
  const isBackwards = from[along] > to[along];
  const [low, high] = isBackwards ? [to, from] : [from, to];
  const steps = high[along] - low[along];
  const slope = steps === 0 ? 0 : (high[across] - low[across]) / steps;
  for (let i = 0; i <= steps; i++) {
    const t = isBackwards ? steps - i : i;
    const place: [number, number] = [0, 0];
    place[along] = low[along] + t;
    place[across] = Math.trunc(low[across] + slope * t + 0.5);
    outline.push(place);
  }
}
