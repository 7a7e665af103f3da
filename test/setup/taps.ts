/** Makes tables of taps in the form that the references read. */
import type { AxisTaps } from '../../src/kernels/seenMap/seenMap.ref.ts';

/** A bilinear table (`axisTaps`) as rows of two positions and two weights. */
export function tapRows(table: Uint32Array): AxisTaps {
  const weights = new Float32Array(table.buffer);
  return Array.from({ length: table.length / 4 }, (_, i) => [
    table[4 * i],
    table[4 * i + 1],
    weights[4 * i + 2],
    weights[4 * i + 3],
  ]);
}
