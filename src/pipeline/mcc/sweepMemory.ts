/** The memory of a sweep's chunks, and how many points a chunk may have within the bound of the device's memory. */
import type { Device } from '../../graph/device.ts';
import { footprintOf } from '../../graph/footprint.ts';
import type { Graph } from '../../graph/record.ts';
import type { Precision, SweepStrategy } from '../../kernels/target.ts';
import type { MccConfig } from './config.ts';
import { colorSide } from './encoder.ts';
import { colorGraph, encoderGraph } from './graphs.ts';
import { gridFor } from './grid.ts';
import { listGraph } from './listGraphs.ts';
import { MIN_CHUNK } from './pace.ts';

/** Graphs of the plans that are there for one chunk of `count` points, all of which are occupied. */
function chunkPlans(config: MccConfig, precision: Precision, strategy: SweepStrategy, count: number): readonly Graph[] {
  const grid = gridFor(config);
  return [
    listGraph({ config, precision, grid, count, threshold: 0.5, strategy }),
    colorGraph({ config, precision, rows: count, take: count, temperature: 1 }),
  ].map(({ graph }) => graph);
}

/** Graphs of the plans that are there during a sweep in the smallest chunks. */
export const sweepPlans = (config: MccConfig, precision: Precision, strategy: SweepStrategy): readonly Graph[] => [
  encoderGraph({ config, precision, side: colorSide(config) }).graph,
  ...chunkPlans(config, precision, strategy, MIN_CHUNK),
];

/** The number of points, at most `max`, that a chunk may have on the device; at least the smallest chunk. */
export function fittingChunk(
  { memory, target }: Pick<Device, 'memory' | 'target'>,
  config: MccConfig,
  strategy: SweepStrategy,
  max: number,
): number {
  const { precision } = target;
  const valuesOf = (count: number): number =>
    footprintOf(chunkPlans(config, precision, strategy, count), target).valueBytes;
  const { constantBytes, valueBytes } = footprintOf(sweepPlans(config, precision, strategy), target);
  const fixed = constantBytes + valueBytes - valuesOf(MIN_CHUNK);
  let count = MIN_CHUNK;
  while (2 * count <= max && fixed + valuesOf(2 * count) <= memory.forNetwork) count *= 2;
  return count;
}
