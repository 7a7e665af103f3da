/** Which points of a grid are next to occupied ones and still to be queried. */
import { expect, expectDtype, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import nearOccupiedWgsl from './nearOccupied.wgsl';

/** Bits of a word. */
const WORD_BITS = 32;

/**
 * occupied, queried [ceil(nx ny nz / 32)] u32: a bit for each point of a grid, x slowest and z fastest, lowest bit first ->
 * like these: set where a point is not queried, and it or one of its up to 26 neighbors is occupied.
 * @throws ShapeError if the bits are not as many as the grid has points, or the grid has none
 */
export function nearOccupied(occupied: Operand, queried: Operand, counts: readonly [number, number, number]): Dispatch {
  const [nx, ny, nz] = counts;
  expect(Math.min(...counts) >= 1, 'nearOccupied', `a grid of ${show(counts)} has no points.`);
  const words = ceilDiv(nx * ny * nz, WORD_BITS);
  expectShape('nearOccupied', { occupied, queried }, [words]);
  expectDtype('nearOccupied', { occupied, queried }, 'u32');
  return {
    kernel: 'nearOccupied',
    wgsl: [gridWgsl, nearOccupiedWgsl],
    params: { nx, ny, nz, words },
    inputs: [occupied, queried],
    outputs: [operand([words], 'u32')],
    workgroups: splitGrid(ceilDiv(words, 64)),
  };
}
