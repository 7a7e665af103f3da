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

/** Work that polygons may take: so many steps for each pixel of the photo, and for a small photo so many in all. */
const [STEPS, LEAST] = [16, 1e6];
/** How many times the photo's longer side corners may lie away from it. */
const FAR = 10;
/** Pixels that are filled in the time of a step. */
const FILLED = 16;

/** The union of polygons. @param polygons each `[x, y, x, y, ...]` in pixels @throws CocoError if one is no polygon */
export function polygonMask(polygons: readonly (readonly number[])[], size: Size): MaskRuns {
  const { width, height } = size;
  // Column by column, as runs are counted.
  const inside = new Uint8Array(width * height);
  let steps = STEPS * width * height + LEAST;
  const spend = (count: number): void => {
    steps -= count;
    if (steps >= 0) return;
    throw new CocoError(`Its polygons are far longer than the outlines in a photo of ${width} x ${height} can be.`);
  };
  for (const polygon of polygons) {
    const crossings = crossingsOf(polygon, size, spend).sort((a, b) => a - b);
    for (let i = 0; i < crossings.length; i += 2) {
      inside.fill(1, crossings[i], crossings[i + 1]);
      spend((crossings[i + 1] - crossings[i]) / FILLED);
    }
  }
  return { width, height, runs: runsOf(inside, { width: 1, height: width * height }).runs };
}

/** Where the outline enters or leaves a column of pixels: places counted column by column. */
function crossingsOf(
  polygon: readonly number[],
  { width, height }: Size,
  spend: (steps: number) => void,
): Float64Array<ArrayBuffer> {
  if (polygon.length < 6 || polygon.length % 2 !== 0 || !polygon.every(Number.isFinite)) {
    throw new CocoError(
      `A polygon has ${polygon.length} numbers; expected x and y of three corners or more, all of them finite.`,
    );
  }
  const most = FAR * Math.max(width, height);
  const far = polygon.find((value) => Math.abs(value) > most);
  if (far !== undefined) {
    throw new CocoError(`A corner of a polygon lies at ${far}, far outside of the photo, ${width} x ${height}.`);
  }
  const fine = polygon.map((value) => Math.trunc(FINE * value + 0.5));
  const crossings: number[] = [];
  let last: readonly [number, number] | undefined;
  for (let i = 0; i < fine.length; i += 2) {
    const next = (i + 2) % fine.length;
    const places = walk([fine[i], fine[i + 1]], [fine[next], fine[next + 1]]);
    spend(places.length);
    for (const [u, v] of places) {
      const [lastU, lastV] = last ?? [u, v];
      last = [u, v];
      if (u === lastU) continue;
      const x = toPixels(u < lastU ? u : u - 1);
      if (!Number.isInteger(x) || x < 0 || x > width - 1) continue;
      const y = Math.ceil(Math.min(height, Math.max(0, toPixels(Math.min(v, lastV)))));
      crossings.push(x * height + y);
    }
  }
  return Float64Array.from(crossings);
}

/** The middle of a step of the fine grid, counted in pixels from the middle of the first one. */
const toPixels = (fine: number): number => (fine + 0.5) / FINE - 0.5;

/** The places of the fine grid on an edge: a step on its longer side for each. Rounding is the same in both directions. */
function walk(from: readonly [number, number], to: readonly [number, number]): [number, number][] {
  const along = Math.abs(to[0] - from[0]) >= Math.abs(to[1] - from[1]) ? 0 : 1;
  const across = 1 - along;
  const isBackwards = from[along] > to[along];
  const [low, high] = isBackwards ? [to, from] : [from, to];
  const steps = high[along] - low[along];
  const slope = steps === 0 ? 0 : (high[across] - low[across]) / steps;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = isBackwards ? steps - i : i;
    const place: [number, number] = [0, 0];
    place[along] = low[along] + t;
    place[across] = Math.trunc(low[across] + slope * t + 0.5);
    return place;
  });
}
