/** A few kernels on the device against float64 on the processor: does this adapter compute what it should? */
import type { Device } from '../graph/device.ts';
import { evaluate, type Sources } from '../graph/evaluate.ts';
import { layerNorm } from '../graph/ops/rows.ts';
import type { Tensor } from '../graph/tensor.ts';
import { layerNormRef } from '../kernels/layerNorm/layerNorm.ref.ts';

export interface SelfTestResult {
  name: string;
  /** Largest absolute difference; NaN when the device gave one. */
  error: number;
  bound: number;
  passed: boolean;
}

interface Case {
  name: string;
  build(sources: Sources): Tensor;
  reference(): Float64Array;
  /** From the length of the sums and the size of the results. */
  bound: number;
}

/** Half of the distance between 1 and the next float32. */
const EPS = 2 ** -24;

/** Runs every case on the device. */
export async function runSelfTest(device: Device): Promise<SelfTestResult[]> {
  const results: SelfTestResult[] = [];
  for (const { name, build, reference, bound } of cases()) {
    const { y } = await evaluate(device, (sources) => ({ y: build(sources) }));
    const error = largestDifference(y, reference());
    results.push({ name, error, bound, passed: error <= bound });
  }
  return results;
}

function cases(): Case[] {
  const [rows, C] = [37, 768];
  const x = values(rows * C, 1);
  const gamma = values(C, 2);
  const beta = values(C, 3);
  return [
    {
      name: `layerNorm ${rows} x ${C}`,
      build: ({ input, weight }) => layerNorm(input(x, [rows, C]), weight(gamma, [C]), weight(beta, [C]), 1e-6),
      reference: () => layerNormRef(x, gamma, beta, C, 1e-6),
      bound: 8 * EPS * Math.sqrt(C),
    },
  ];
}

/** Values in -1..1 without a short period. */
const values = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * 1.7320508));

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = actual.length === expected.length ? 0 : NaN;
  for (let i = 0; i < expected.length; i++) most = Math.max(most, Math.abs(actual[i] - expected[i]));
  return most;
}
