/** The graph of one chunk of a sweep. */
import { gridPoints, type GridAxes } from './ops.ts';
import { compact, gatherRows, probabilityThreshold } from '../../graph/ops/points.ts';
import { Graph } from '../../graph/record.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { SweepStrategy } from '../../kernels/target.ts';
import type { Recorded } from '../planCache.ts';
import { predictOccupancy } from './decoder.ts';
import { seenInput, type Stored } from './graphs.ts';
import { decodeBy } from './strategies.ts';

export interface Chunk extends Stored {
  readonly grid: GridAxes;
  /** Points of one run. */
  readonly count: number;
  /** Probability above which a point is occupied. */
  readonly threshold: number;
  readonly strategy: SweepStrategy;
}

/**
 * Inputs `start` u32 [1], index of the first point, and `seen` -> outputs of `occupiedAmong` for the points from `start`
 * on. Beyond the end of the grid, its last point is repeated.
 */
export function sweepGraph(chunk: Chunk): Recorded {
  const graph = new Graph(chunk.precision);
  const points = gridPoints(graph, chunk.grid, graph.input('start', [1], 'u32'), chunk.count);
  return { graph, outputs: occupiedAmong(points, seenInput(graph, chunk.config), chunk) };
}

/**
 * `logits` [count] of the occupancy of points [count, 3]. Of the occupied ones, in their order: `features`
 * [count, decoderEmbed] and `indices` u32 [count], places among the points, both filled up at the end, and `found`
 * u32 [1], how many they are.
 */
export function occupiedAmong(
  points: Tensor,
  seen: Tensor,
  { config, threshold, strategy }: Omit<Chunk, 'grid' | 'count'>,
): Recorded['outputs'] {
  const features = decodeBy(strategy, config)(points, seen);
  const logits = predictOccupancy(features, config);
  const { indices, count: found } = compact(probabilityThreshold(logits, threshold));
  return { features: gatherRows(features, indices), logits, indices, found };
}
