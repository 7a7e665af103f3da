/**
 * Packs charts into a square texture, the largest first, each at the first place where it fits: by their shapes, so that small ones
 * go into the bays and holes of large ones. Charts are neither turned nor mirrored.
 */
import type { Charts } from './charts.ts';
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
  let packed = placesAt(charts, Math.exp(low), size, gap);
  if (packed === undefined) {
    throw new RangeError(
      `A surface in ${charts.count} pieces does not fit into ${size} x ${size} texels. Ask for a larger texture or fewer faces.`,
    );
  }
  for (let i = 0; i < TRIES; i++) {
    const middle = (low + high) / 2;
    const better = placesAt(charts, Math.exp(middle), size, gap);
    if (better === undefined) high = middle;
    else [low, packed] = [middle, better];
  }
  return packed;
}

/** Places in the texture at a scale; undefined if not all charts fit. */
function placesAt(charts: Charts, scale: number, size: number, gap: number): Float32Array | undefined {
  const place = charts.place.map((x) => x * scale);
  const square = Math.ceil(size / SQUARES);
  const shapes = shapesOf(charts, place, square, gap);
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

function shapesOf(charts: Charts, place: Float32Array, square: number, gap: number): Shape[] {
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
  for (let face = 0; face < charts.chart.length; face++)
    coverFace(shapes[charts.chart[face]], charts, place, face, square, gap);
  return shapes.map((shape) => ({ ...shape, count: shape.covered.reduce((sum, one) => sum + one, 0) }));
}

/** Covers the squares of the texels of a face: those with their centers in it, and those that its edges pass through. */
function coverFace(
  shape: Shape,
  { triangles }: Charts,
  place: Float32Array,
  face: number,
  square: number,
  gap: number,
): void {
  const x: [number, number, number] = [0, 0, 0];
  const y: [number, number, number] = [0, 0, 0];
  for (let corner = 0; corner < 3; corner++) {
    const v = triangles[3 * face + corner];
    x[corner] = place[2 * v] - shape.left;
    y[corner] = place[2 * v + 1] - shape.top;
  }
  const cover = (column: number, row: number, reach: number) => {
    const [left, right] = [Math.floor((column - reach) / square), Math.floor((column + reach) / square)];
    const [top, bottom] = [Math.floor((row - reach) / square), Math.floor((row + reach) / square)];
    for (let j = top; j <= bottom; j++) for (let i = left; i <= right; i++) shape.covered[j * shape.width + i] = 1;
  };
  rasterize(shape.width * square, shape.height * square, x, y, (column, row) => cover(column, row, 0));
  for (let corner = 0; corner < 3; corner++) {
    const [dx, dy] = [x[(corner + 1) % 3] - x[corner], y[(corner + 1) % 3] - y[corner]];
    const steps = Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)));
    for (let i = 0; i <= steps; i++) {
      const t = steps === 0 ? 0 : i / steps;
      cover(Math.floor(x[corner] + t * dx), Math.floor(y[corner] + t * dy), gap);
    }
  }
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
