/** A few kernels on the device against float64 on the processor: does this adapter compute what it should? */
import type { Device } from '../graph/device.ts';
import { evaluate, type Sources } from '../graph/evaluate.ts';
import { attention } from '../graph/ops/attention.ts';
import { linear } from '../graph/ops/matmul.ts';
import { layerNorm } from '../graph/ops/rows.ts';
import type { Tensor } from '../graph/tensor.ts';
import { UserError } from './errors.ts';
import { attentionRef } from '../kernels/attention/attention.ref.ts';
import { layerNormRef } from '../kernels/layerNorm/layerNorm.ref.ts';
import { linearRef } from '../kernels/linear/linear.ref.ts';

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

/** Half of the distance between 1 and the next number of the type. */
const EPS = { f32: 2 ** -24, f16: 2 ** -11 } as const;

/**
 * Refuses a device that does not compute what it should: storage in half precision is used only where it works.
 * @throws UserError that names the failed cases; the device is then disposed
 */
export async function expectSound(device: Device): Promise<void> {
  const failed = (await runSelfTest(device)).filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const names = failed.map(({ name, error, bound }) => `${name} is off by ${error}, allowed is ${bound}`).join('; ');
  device.dispose();
  throw new UserError(`This adapter fails its self-test with ${device.target.precision} weights: ${names}.`, {
    hint: 'Use f32 weights (--precision f32).',
  });
}

/** Runs every case on the device. */
export async function runSelfTest(device: Device): Promise<SelfTestResult[]> {
  const results: SelfTestResult[] = [];
  for (const { name, build, reference, bound } of cases(EPS[device.target.precision])) {
    const { y } = await evaluate(device, (sources) => ({ y: build(sources) }));
    const error = largestDifference(y, reference());
    results.push({ name, error, bound, passed: error <= bound });
  }
  return results;
}

/** @param weightEps rounding of large weights, which are stored in the device's precision */
function cases(weightEps: number): Case[] {
  const [rows, K, N] = [37, 768, 96];
  const x = values(rows * K, 1);
  const w = values(N * K, 2);
  const gamma = values(K, 3);
  const beta = values(K, 4);
  const [tokens, heads, headDim] = [50, 3, 64];
  const C = heads * headDim;
  const [q, k, v] = [5, 6, 7].map((seed) => values(tokens * C, seed));
  const shape = [1, tokens, C];
  // Errors of n roundings grow with sqrt(n); where results are of size 1, eight leaves room for any order of summing.
  return [
    {
      name: `linear ${rows} x ${K} x ${N}`,
      build: ({ input, weight }) => linear(input(x, [rows, K]), weight(w, [N, K]), null),
      reference: () => linearRef(x, w, N, K),
      // Partial sums grow to sqrt(K) / 3 and are rounded 2 K times, products included; each weight may be off by its own rounding.
      bound: 2 * EPS.f32 * K + 2 * weightEps * Math.sqrt(K),
    },
    {
      name: `attention ${heads} x ${headDim}, ${tokens} tokens`,
      build: ({ input }) => attention(input(q, shape), input(k, shape), input(v, shape), { heads }),
      reference: () => attentionRef(q, k, v, { B: 1, N: tokens, M: tokens, heads }),
      bound: 8 * EPS.f32 * (Math.sqrt(headDim) + Math.sqrt(tokens)),
    },
    {
      name: `layerNorm ${rows} x ${K}`,
      build: ({ input, weight }) => layerNorm(input(x, [rows, K]), weight(gamma, [K]), weight(beta, [K]), 1e-6),
      reference: () => layerNormRef(x, gamma, beta, K, 1e-6),
      bound: 8 * EPS.f32 * Math.sqrt(K),
    },
  ];
}

/** Values in -1..1 from a multiplicative congruential generator (P. L'Ecuyer, 1999): without order, so that sums stay small. */
function values(count: number, seed: number): Float32Array {
  let state = seed;
  for (let i = 0; i < 8; i++) state = Math.imul(state, 1597334677) | 1;
  return Float32Array.from({ length: count }, () => {
    state = Math.imul(state, 1597334677);
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = actual.length === expected.length ? 0 : NaN;
  for (let i = 0; i < expected.length; i++) most = Math.max(most, Math.abs(actual[i] - expected[i]));
  return most;
}
