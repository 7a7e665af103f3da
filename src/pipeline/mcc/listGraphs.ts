/** The two graphs of a sweep from coarse to fine: which points to query next, and one chunk of such a list. */
import { Graph } from '../../graph/record.ts';
import type { Recorded } from '../planCache.ts';
import { seenInput } from './graphs.ts';
import { wordsOfBits } from './lattice.ts';
import { gridPointsAt, nearOccupied } from './listOps.ts';
import type { GridAxes } from './ops.ts';
import { occupiedAmong, type Chunk } from './sweepGraph.ts';

/**
 * Inputs `indices` u32 [count] of points of the grid, and `seen` -> outputs of `occupiedAmong`. A point gets the bits that
 * `sweepGraph` gives it.
 */
export function listGraph(chunk: Chunk): Recorded {
  const graph = new Graph(chunk.precision);
  const points = gridPointsAt(chunk.grid, graph.input('indices', [chunk.count], 'u32'));
  return { graph, outputs: occupiedAmong(points, seenInput(graph, chunk.config), chunk) };
}

/** Points up to so many steps away from an occupied one, along each axis, are queried. */
export const REACH = 2;

/**
 * Inputs `occupied` and `queried` u32 [ceil(points / 32)], a bit for each point of the grid -> output `next`, likewise: the
 * points within reach of occupied ones that are not queried.
 */
export function nextGraph({ counts }: Pick<GridAxes, 'counts'>): Recorded {
  const graph = new Graph();
  const words = wordsOfBits(counts.reduce((a, b) => a * b, 1));
  const bits = (name: string) => graph.input(name, [words], 'u32');
  const occupied = bits('occupied');
  // Whatever is two steps away is one step away from a point between, which is not occupied, else it would be nearer.
  const between = nearOccupied(occupied, occupied, counts);
  return { graph, outputs: { next: nearOccupied(between, bits('queried'), counts) } };
}
