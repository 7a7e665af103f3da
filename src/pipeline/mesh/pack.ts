/**
 * Packs charts into a square texture, the largest first, each at the first place where it fits: by their shapes, so that small ones
 * go into the bays and holes of large ones. Charts are neither turned nor mirrored.
 */
import type { Charts } from './charts.ts';
import { cornersOf, nextCorner } from './closed.ts';
import { rasterize } from './raster.ts';

/** Shapes are compared in squares; so many make the side of a texture. */
const SQUARES = 256;
/** Charts never cover more than this share of a texture. */
const MOST = 0.85;
/** Charts that have to be made this much smaller than that leave nearly all of the texture to the gaps between them. */
const LEAST = 0.1;
/** Scales to try; each halves the range, on a logarithmic scale, to 1 % in the end. */
const TRIES = 8;

/** The squares that a chart and the gap around it cover. */
interface Shape {
  /** Places of the chart's texel (0, 0) in its own plane, in texels. */
  readonly left: number;
  readonly top: number;
  /** In squares. */
  readonly width: number;
  readonly height: number;
  /** Row by row; 1 for covered squares. */
  readonly covered: Uint8Array;
  readonly count: number;
}

/**
 * @param charts with places in texels; the texels that they cover together are `area`
 * @param size of the texture in texels
 * @param gap texels around each chart that no other chart covers
 * @returns [k, 2] places of the split vertices in the texture, in texels
 * @throws RangeError if the texture is too small for so many charts
 */
export function pack(charts: Charts, area: number, size: number, gap: number): Float32Array {
  const first = Math.sqrt((MOST * size * size) / area);
  let [low, high] = [Math.log(LEAST * first), Math.log(first)];
  const borders = bordersOf(charts);
  let packed = placesAt(charts, borders, Math.exp(low), size, gap);
  if (packed === undefined) {
    throw new RangeError(
      `A surface in ${charts.count} pieces does not fit into ${size} x ${size} texels. Ask for a larger texture or fewer faces.`,
    );
  }
  for (let i = 0; i < TRIES; i++) {
    const middle = (low + high) / 2;
    const better = placesAt(charts, borders, Math.exp(middle), size, gap);
    if (better === undefined) high = middle;
    else [low, packed] = [middle, better];
  }
  return packed;
}

/** Places in the texture at a scale; undefined if not all charts fit. */
function placesAt(
  charts: Charts,
  borders: number[],
  scale: number,
  size: number,
  gap: number,
): Float32Array | undefined {
  const place = charts.place.map((x) => x * scale);
  const square = Math.ceil(size / SQUARES);
  const shapes = shapesOf(charts, borders, place, square, gap);
  const corners = fit(shapes, Math.floor(size / square));
  if (corners === undefined) return undefined;
  charts.triangles.forEach((v, corner) => {
    const chart = charts.chart[Math.floor(corner / 3)];
    const { left, top } = shapes[chart];
    place[2 * v] = charts.place[2 * v] * scale - left + corners[2 * chart] * square;
    place[2 * v + 1] = charts.place[2 * v + 1] * scale - top + corners[2 * chart + 1] * square;
  });
  return place;
}

function shapesOf(charts: Charts, borders: number[], place: Float32Array, square: number, gap: number): Shape[] {
  const box = new Float64Array(4 * charts.count);
  for (let chart = 0; chart < charts.count; chart++) box.set([Infinity, Infinity, -Infinity, -Infinity], 4 * chart);
  charts.triangles.forEach((v, corner) => {
    const at = 4 * charts.chart[Math.floor(corner / 3)];
    for (let k = 0; k < 2; k++) {
      box[at + k] = Math.min(box[at + k], place[2 * v + k]);
      box[at + 2 + k] = Math.max(box[at + 2 + k], place[2 * v + k]);
    }
  });
  const shapes = Array.from({ length: charts.count }, (_, chart) => {
    const [left, top, right, bottom] = box.subarray(4 * chart, 4 * chart + 4);
    const [x, y] = [Math.floor(left) - gap, Math.floor(top) - gap];
    const width = Math.floor((right + gap - x) / square) + 1;
    const height = Math.floor((bottom + gap - y) / square) + 1;
    return { left: x, top: y, width, height, covered: new Uint8Array(width * height), count: 0 };
  });
  coverFaces(shapes, charts, place, square);
  for (const corner of borders)
    coverEdge(shapes[charts.chart[Math.floor(corner / 3)]], charts, place, corner, square, gap);
  return shapes.map((shape) => ({ ...shape, count: shape.covered.reduce((sum, one) => sum + one, 0) }));
}

/** Covers the squares whose centers are in a face. */
function coverFaces(shapes: Shape[], { triangles, chart }: Charts, place: Float32Array, square: number): void {
  const x: [number, number, number] = [0, 0, 0];
  const y: [number, number, number] = [0, 0, 0];
  for (let face = 0; face < chart.length; face++) {
    const { left, top, width, height, covered } = shapes[chart[face]];
    for (let corner = 0; corner < 3; corner++) {
      const v = triangles[3 * face + corner];
      x[corner] = (place[2 * v] - left) / square;
      y[corner] = (place[2 * v + 1] - top) / square;
    }
    rasterize(width, height, x, y, (column, row) => {
      covered[row * width + column] = 1;
    });
  }
}

/** Covers the squares of the texels that an edge passes through, and of those around them. */
function coverEdge(
  { left, top, width, covered }: Shape,
  { triangles }: Charts,
  place: Float32Array,
  corner: number,
  square: number,
  gap: number,
): void {
  const [a, b] = [2 * triangles[corner], 2 * triangles[nextCorner(corner)]];
  const [dx, dy] = [place[b] - place[a], place[b + 1] - place[a + 1]];
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy))));
  for (let i = 0; i <= steps; i++) {
    const x = Math.floor(place[a] - left + (i / steps) * dx);
    const y = Math.floor(place[a + 1] - top + (i / steps) * dy);
    for (let row = Math.floor((y - gap) / square); row <= Math.floor((y + gap) / square); row++) {
      covered.fill(1, row * width + Math.floor((x - gap) / square), row * width + Math.floor((x + gap) / square) + 1);
    }
  }
}

/** Edges with a face of their chart on one side only, each as the corner that it starts from. */
function bordersOf({ triangles, xref }: Charts): number[] {
  const { start, list } = cornersOf(triangles, xref.length);
  const borders: number[] = [];
  triangles.forEach((v, corner) => {
    const next = triangles[nextCorner(corner)];
    for (let i = start[next]; i < start[next + 1]; i++) if (triangles[nextCorner(list[i])] === v) return;
    borders.push(corner);
  });
  return borders;
}

/** @returns [shapes, 2] the squares of their top left corners; undefined if not all of them fit into `side` x `side` squares */
function fit(shapes: readonly Shape[], side: number): Uint32Array | undefined {
  if (shapes.reduce((sum, { count }) => sum + count, 0) > side * side) return undefined;
  const taken = new Uint8Array(side * side);
  const corners = new Uint32Array(2 * shapes.length);
  const order = [...shapes.keys()].sort((a, b) => shapes[b].count - shapes[a].count || a - b);
  // Where the search for a shape with this box starts: places before were too small for a similar one.
  const starts = new Map<number, number>();
  for (const i of order) {
    const shape = shapes[i];
    const cells = cellsOf(shape, side);
    const box = shape.width * (side + 1) + shape.height;
    const at = firstPlace(taken, side, shape, cells, starts.get(box) ?? 0);
    if (at === undefined) return undefined;
    starts.set(box, at);
    for (const cell of cells) taken[at + cell] = 1;
    corners[2 * i] = at % side;
    corners[2 * i + 1] = Math.floor(at / side);
  }
  return corners;
}

/** Covered squares as distances in the texture. Those on the outside come first: they are the likeliest to be taken. */
function cellsOf({ width, height, covered }: Shape, side: number): Uint32Array {
  const [outer, inner]: number[][] = [[], []];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!covered[y * width + x]) continue;
      const inside =
        x > 0 && x < width - 1 && y > 0 && y < height - 1 && covered[y * width + x - 1] && covered[y * width + x + 1];
      (inside ? inner : outer).push(y * side + x);
    }
  }
  return Uint32Array.from([...outer, ...inner]);
}

function firstPlace(
  taken: Uint8Array,
  side: number,
  shape: Shape,
  cells: Uint32Array,
  start: number,
): number | undefined {
  for (let y = Math.floor(start / side); y + shape.height <= side; y++) {
    for (let x = 0; x + shape.width <= side; x++) {
      const at = y * side + x;
      let free = true;
      for (let c = 0; free && c < cells.length; c++) free = taken[at + cells[c]] === 0;
      if (free) return at;
    }
  }
  return undefined;
}
