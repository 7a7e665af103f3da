/** The graph of one chunk of a sweep. */
import { gridPoints, type GridAxes } from './ops.ts';
import { compact, gatherRows, probabilityThreshold } from '../../graph/ops/points.ts';
import { Graph } from '../../graph/record.ts';
import type { SweepStrategy } from '../../kernels/target.ts';
import type { MccConfig } from './config.ts';
import type { Recorded } from '../planCache.ts';
import { predictOccupancy } from './decoder.ts';
import { seenInput } from './graphs.ts';
import { decodeBy } from './strategies.ts';

export interface Chunk {
  readonly config: MccConfig;
  readonly grid: GridAxes;
  /** Points of one run. */
  readonly count: number;
  /** Probability above which a point is occupied. */
  readonly threshold: number;
  readonly strategy: SweepStrategy;
}

/**
 * Inputs `start` u32 [1], index of the first point, and `seen` -> outputs of the occupied points, in the order of the
 * grid: `features` [count, decoderEmbed], `logits` [count, 1] and `indices` u32 [count], counted from `start`, all
 * padded at the end; and `found` u32 [1], the number of occupied points. Beyond the end of the grid, its last point is
 * repeated.
 */
export function sweepGraph({ config, grid, count, threshold, strategy }: Chunk): Recorded {
  const graph = new Graph();
  const points = gridPoints(graph, grid, graph.input('start', [1], 'u32'), count);
  const features = decodeBy(strategy, config)(points, seenInput(graph, config));
  const occupancy = predictOccupancy(features, config);
  const { indices, count: found } = compact(probabilityThreshold(occupancy, threshold));
  const logits = gatherRows(occupancy.reshape([count, 1]), indices);
  return { graph, outputs: { features: gatherRows(features, indices), logits, indices, found } };
}
