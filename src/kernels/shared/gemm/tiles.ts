/** Which tile of a matrix product is fastest on a GPU, by its shape. */
import { ceilDiv } from '../../grid.ts';
import type { WeightLayout } from './pack.ts';

/** Rows and columns of y that a workgroup owns. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** Compute units of a GPU of middle size, and the waves of 64 threads that keep one busy. */
const UNITS = 64;
const BUSY_WAVES = 6;

interface Candidate extends Tile {
  /** Waves of 64 threads in a workgroup. */
  readonly waves: number;
  /** Share of the multiplier's peak that it could reach, as `npm run isa` estimates it. */
  readonly roof: number;
}

/** Tiles of 8 x 8 sums per thread, the largest first: it reads the operands least often. */
const LARGE: readonly Candidate[] = [
  { rows: 128, columns: 128, waves: 4, roof: 0.85 },
  { rows: 128, columns: 64, waves: 2, roof: 0.85 },
  { rows: 64, columns: 64, waves: 1, roof: 0.85 },
];
/** The tile of 4 x 4 sums per thread. Workgroup memory limits it, but it has many threads for few results. */
const SMALL: Candidate = { rows: 64, columns: 64, waves: 4, roof: 0.5 };

/** Tiles of the matrix instructions, which do twice the multiply-adds of the others per clock. */
const MATRIX: readonly Candidate[] = [
  { rows: 128, columns: 128, waves: 4, roof: 1.69 },
  { rows: 64, columns: 128, waves: 2, roof: 1.64 },
  { rows: 64, columns: 64, waves: 1, roof: 1.58 },
];

/** Quads of terms that a step stages. */
const STEP = 4;
const MATRIX_STEP = 8;
/** Share of the staged terms that may be padding. */
const MAX_PADDING = 0.15;

/** The fastest tile of 8 x 8 sums per thread for a product of so many results. */
export const largeTile = (rows: number, columns: number): Candidate => fastest(LARGE, rows, columns);

/** The fastest tile for matrix instructions. */
export const matrixTile = (rows: number, columns: number): Candidate => fastest(MATRIX, rows, columns);

const fastest = (tiles: readonly Candidate[], rows: number, columns: number): Candidate =>
  tiles.reduce((best, one) => (timeOf(one, rows, columns) < timeOf(best, rows, columns) ? one : best));

/** Whether 8 x 8 sums per thread are faster than 4 x 4. */
export function suitsLargeTile(
  rows: number,
  { columns, taps, inner }: Pick<WeightLayout, 'columns' | 'taps' | 'inner'>,
): boolean {
  const quads = ceilDiv(inner, 4);
  const staged = ceilDiv(quads, STEP) * STEP;
  if (taps > 1 && quads < (1 - MAX_PADDING) * staged) return false;
  return timeOf(largeTile(rows, columns), rows, columns) < timeOf(SMALL, rows, columns);
}

/** Whether matrix instructions are faster than sums in the registers of each thread. */
export function suitsMatrixTile(rows: number, { columns, inner }: Pick<WeightLayout, 'columns' | 'inner'>): boolean {
  const quads = ceilDiv(inner, 4);
  const padding = (ceilDiv(quads, MATRIX_STEP) * MATRIX_STEP) / quads;
  const others = timeOf(fastest([...LARGE, SMALL], rows, columns), rows, columns);
  return padding * timeOf(matrixTile(rows, columns), rows, columns) < others;
}

/** Relative time of a product. A unit computes one workgroup after the other; with few waves it waits for memory. */
function timeOf(tile: Candidate, rows: number, columns: number): number {
  const workgroups = ceilDiv(rows, tile.rows) * ceilDiv(columns, tile.columns);
  const perUnit = ceilDiv(workgroups, UNITS);
  const busy = Math.min(1, (perUnit * tile.waves) / BUSY_WAVES);
  return (perUnit * tile.rows * tile.columns) / (tile.roof * busy);
}
