/** Which points of a lattice are next to occupied ones and still to be asked. */
import { expect, expectDtype, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import nearOccupiedWgsl from './nearOccupied.wgsl';

/** Bits of a word. */
const WORD_BITS = 32;

/**
 * occupied, asked [ceil(nx ny nz / 32)] u32: a bit for each point of a grid, x slowest and z fastest, lowest bit first ->
 * [ceil(points of the lattice / 32)] u32, a bit for each point of the lattice that takes every `stride`-th point along
 * each axis and the last one. It is set where the point is not asked, and it or one of its 26 neighbors in the lattice is
 * occupied.
 * @throws ShapeError if the bits are not as many as the grid has points, the stride is not a whole number of at least 1,
 *   or the grid has no points
 */
export function nearOccupied(
  occupied: Operand,
  asked: Operand,
  counts: readonly [number, number, number],
  stride: number,
): Dispatch {
  const [nx, ny, nz] = counts;
  expect(Math.min(...counts) >= 1, 'nearOccupied', `a grid of ${show(counts)} has no points.`);
  expect(
    Number.isInteger(stride) && stride >= 1,
    'nearOccupied',
    `the stride is ${stride}. Give a whole number of at least 1.`,
  );
  expectShape('nearOccupied', { occupied, asked }, [ceilDiv(nx * ny * nz, WORD_BITS)]);
  expectDtype('nearOccupied', { occupied, asked }, 'u32');
  const points = counts.reduce((product, n) => product * (ceilDiv(n - 1, stride) + 1), 1);
  const words = ceilDiv(points, WORD_BITS);
  return {
    kernel: 'nearOccupied',
    wgsl: [gridWgsl, nearOccupiedWgsl],
    params: { nx, ny, nz, stride, words },
    inputs: [occupied, asked],
    outputs: [operand([words], 'u32')],
    workgroups: splitGrid(ceilDiv(words, 64)),
  };
}
