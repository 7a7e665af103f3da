/** What `unflat bench` measures: the shapes that the three networks run. */
import { layerNorm } from '../../graph/ops/rows.ts';
import type { BenchCase } from './measure.ts';

export const benchCases: readonly BenchCase[] = [layerNormCase(4096, 768, 'SAM vit_b'), layerNormCase(197, 768, 'MCC')];

function layerNormCase(rows: number, C: number, where: string): BenchCase {
  return {
    kernel: 'layerNorm',
    shape: `${rows} x ${C} (${where})`,
    flops: 8 * rows * C,
    bytes: 4 * (2 * rows * C + 2 * C),
    bound: 'memory',
    build: ({ input, weight }) =>
      layerNorm(input(values(rows * C), [rows, C]), weight(values(C), [C]), weight(values(C), [C]), 1e-6),
  };
}

/** Values in -1..1: zeros would flatter kernels on processors that skip them. */
function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i));
}
