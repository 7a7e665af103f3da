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
  const graph = new Graph();
  const points = gridPointsAt(chunk.grid, graph.input('indices', [chunk.count], 'u32'));
  return { graph, outputs: occupiedAmong(points, seenInput(graph, chunk.config), chunk) };
}

/**
 * Inputs `occupied` and `queried` u32 [ceil(points / 32)], a bit for each point of the grid -> output `next`, likewise:
 * `nearOccupied`.
 */
export function nextGraph({ counts }: Pick<GridAxes, 'counts'>): Recorded {
  const graph = new Graph();
  const words = wordsOfBits(counts.reduce((a, b) => a * b, 1));
  const bits = (name: string) => graph.input(name, [words], 'u32');
  return { graph, outputs: { next: nearOccupied(bits('occupied'), bits('queried'), counts) } };
}
