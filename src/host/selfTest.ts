/** Self-test of an adapter: compares a few kernels on the device with float64 on the CPU. */
import type { Device } from '../graph/device.ts';
import { KernelError } from '../graph/errors.ts';
import { evaluate, type Sources } from '../graph/evaluate.ts';
import { attention } from '../graph/ops/attention.ts';
import { conv2d, convTranspose2d, linear } from '../graph/ops/matmul.ts';
import { layerNorm } from '../graph/ops/rows.ts';
import type { Tensor } from '../graph/tensor.ts';
import { UserError } from './errors.ts';
import { attentionRef } from '../kernels/attention/attention.ref.ts';
import { conv2dRef } from '../kernels/conv2d/conv2d.ref.ts';
import { conv2d as conv2dKernel } from '../kernels/conv2d/conv2d.ts';
import { convTranspose2dRef } from '../kernels/convTranspose2d/convTranspose2d.ref.ts';
import { convTranspose2d as convTranspose2dKernel } from '../kernels/convTranspose2d/convTranspose2d.ts';
import { operand, type Dispatch } from '../kernels/dispatch.ts';
import { layerNormRef } from '../kernels/layerNorm/layerNorm.ref.ts';
import { linearRef } from '../kernels/linear/linear.ref.ts';
import { linear as linearKernel } from '../kernels/linear/linear.ts';
import { PRODUCT_VARIANTS, type ProductVariant, type Target } from '../kernels/target.ts';

export interface SelfTestResult {
  name: string;
  /** Largest absolute difference; NaN if the device returned NaN. */
  error: number;
  bound: number;
  passed: boolean;
  /** Set where matrix instructions were tested: a device that fails does without them. */
  matrix?: boolean;
  /** Why there is no result; absent where there is one. */
  problem?: string;
}

interface Case {
  name: string;
  build(sources: Sources): Tensor;
  reference(): Float64Array;
  /** Largest allowed error. It follows from the length of the sums and the size of the results. */
  bound: number;
  /** Set for kernels that read weights in the device's precision: these are tested in each variant that can run here. */
  variants?: {
    /** The entry of the target that selects the variant. */
    entry: 'linear' | 'conv';
    /** The variant that it is about, if it is about one. */
    only?: ProductVariant;
    /** What is allowed beyond `bound` where matrix instructions round the other operand to halves, too. */
    matrixBound: number;
    /** Lowers the case to dispatches for a target. */
    lower(target: Target): readonly Dispatch[];
  };
}

/** Unit roundoff: half of the distance between 1 and the next larger number. */
const EPS = { f32: 2 ** -24, f16: 2 ** -11 } as const;

/**
 * Refuses a device that computes wrong results, so that f16 storage is used only where it works. Wrong matrix instructions do
 * not count: kernels do without them, and say why.
 * @throws UserError that names the failed cases, after disposing the device
 */
export async function expectSound(device: Device): Promise<void> {
  const failed = (await runSelfTest(device)).filter(({ passed, matrix }) => !passed && !matrix);
  if (failed.length === 0) return;
  device.dispose();
  throw new UserError(
    `This adapter fails its self-test with ${device.target.precision} weights: ${failed.map(inWords).join('; ')}.`,
    { hint: 'Store weights as f32: leave out `precision` (or --precision).' },
  );
}

const inWords = ({ name, error, bound, problem }: SelfTestResult): string =>
  problem ?? `${name} is off by ${error}, but at most ${bound} is allowed`;

/**
 * Runs every case on the device. Kernels that read large weights run in every variant that the device supports. Matrix
 * instructions are used on the device from then on if all their cases passed.
 */
export async function runSelfTest(device: Device): Promise<SelfTestResult[]> {
  const results: SelfTestResult[] = [];
  for (const one of casesFor(device.target)) {
    const expected = one.reference();
    for (const { name, target, matrix } of targetsOf(one, device.target)) {
      const bound = one.bound + (matrix ? one.variants!.matrixBound : 0);
      try {
        const { y } = await evaluate(device, (sources) => ({ y: one.build(sources) }), { target });
        const error = largestDifference(y, expected);
        results.push({ name, error, bound, passed: error <= bound, ...(matrix && { matrix }) });
      } catch (error) {
        // A browser may know another version of the experimental WGSL.
        if (!matrix || !(error instanceof KernelError)) throw error;
        results.push({ name, error: NaN, bound, passed: false, matrix, problem: error.message });
      }
    }
  }
  const wrong = results.find(({ passed, matrix }) => matrix && !passed);
  device.settleMatrix(wrong && `matrix instructions failed the self-test on this device: ${inWords(wrong)}`);
  return results;
}

/** How a case runs. */
interface Run {
  readonly name: string;
  /** Overrides the device's own target. */
  readonly target?: Partial<Target>;
  /** Whether it runs matrix instructions. */
  readonly matrix?: boolean;
}

/** The targets on which a case runs: the device's own, or one for each variant that can run. */
function targetsOf({ name, variants }: Case, target: Target): Run[] {
  if (!variants) return [{ name }];
  const { entry, only, lower } = variants;
  const { matrix } = target;
  // Matrix instructions are refused until they have passed.
  const tested = typeof matrix === 'string' ? matrix : { ...matrix, refused: undefined };
  return (only ? [only] : PRODUCT_VARIANTS).flatMap((preferred) => {
    const preference = { [entry]: preferred, matrix: tested };
    const [{ variant }] = lower({ ...target, ...preference });
    if (variant !== preferred) return [];
    return [{ name: `${name}, ${preferred}`, target: preference, matrix: preferred === 'matrix' }];
  });
}

function casesFor({ precision, matrix }: Target): Case[] {
  const weightEps = EPS[precision];
  return [...weightCases(weightEps), ...(typeof matrix === 'string' ? [] : matrixCases(weightEps)), ...otherCases()];
}

/** Error bound of a sum of K products: partial sums grow to sqrt(K) / 3 and are rounded 2 K times; each weight is rounded once. */
const productBound = (K: number, weightEps: number): number => 2 * EPS.f32 * K + 2 * weightEps * Math.sqrt(K);

/**
 * What rounding the other operand of K terms to a half adds. WGSL allows either neighbor: at most 2^-10 of a number, twice the unit
 * roundoff.
 */
const matrixBoundOf = (K: number): number => 4 * EPS.f16 * Math.sqrt(K);

const NO_EPILOGUE = { b: null, scale: null, residual: null } as const;

/** @param only the variant that it is about, if it is about one */
function linearCase([rows, K, N]: readonly number[], weightEps: number, only?: ProductVariant): Case {
  const x = values(rows * K, 1);
  const w = values(N * K, 2);
  return {
    name: `linear ${rows} x ${K} x ${N}`,
    build: ({ input, weight }) => linear(input(x, [rows, K]), weight(w, [N, K]), null),
    reference: () => linearRef(x, w, N, K),
    bound: productBound(K, weightEps),
    variants: {
      matrixBound: matrixBoundOf(K),
      entry: 'linear',
      only,
      lower: (target) =>
        linearKernel(target, { x: operand([rows, K]), w: operand([N, K]), ...NO_EPILOGUE }, 'none', true),
    },
  };
}

/** Linear layers in the tiles of matrix instructions that the others do not use: 64 x 64 and 64 x 128. */
const matrixCases = (weightEps: number): Case[] =>
  [
    [16384, 44, 132],
    [64, 44, 16384],
  ].map((sizes) => linearCase(sizes, weightEps, 'matrix'));

/**
 * Kernels that read large weights.
 * @param weightEps unit roundoff of these weights, which are stored in the device's precision
 */
function weightCases(weightEps: number): Case[] {
  const [B, H, W, C, O, kernel] = [1, 9, 7, 32, 40, 3];
  const map = values(B * H * W * C, 8);
  const window = values(O * C * kernel * kernel, 9);
  const conv = { stride: 1, padding: 1, groups: 1 } as const;
  const side = 2;
  const scattered = values(C * O * side * side, 10);
  return [
    linearCase([37, 768, 96], weightEps),
    {
      name: `conv2d ${kernel} x ${kernel}, ${C} to ${O}`,
      build: ({ input, weight }) =>
        conv2d(input(map, [B, H, W, C]), weight(window, [O, C, kernel, kernel]), null, conv),
      reference: () => conv2dRef(map, window, { B, H, W, C, O, kernel, ...conv }),
      bound: productBound(C * kernel * kernel, weightEps),
      variants: {
        matrixBound: matrixBoundOf(C * kernel * kernel),
        entry: 'conv',
        lower: (target) =>
          conv2dKernel(
            target,
            { x: operand([B, H, W, C]), w: operand([O, C, kernel, kernel]), ...NO_EPILOGUE },
            { ...conv, activation: 'none', inputActivation: 'none' },
          ),
      },
    },
    {
      name: `convTranspose2d ${side} x ${side}, ${C} to ${O}`,
      build: ({ input, weight }) =>
        convTranspose2d(input(map, [B, H, W, C]), weight(scattered, [C, O, side, side]), null, { stride: side }),
      reference: () => convTranspose2dRef(map, scattered, null, { B, H, W, I: C, O, kernel: side }),
      bound: productBound(C, weightEps),
      variants: {
        matrixBound: matrixBoundOf(C),
        entry: 'conv',
        lower: (target) =>
          convTranspose2dKernel(target, operand([B, H, W, C]), operand([C, O, side, side]), null, side),
      },
    },
  ];
}

/** Kernels that read and compute f32 at any precision of the weights. */
function otherCases(): Case[] {
  const [rows, K] = [37, 768];
  const x = values(rows * K, 1);
  const gamma = values(K, 3);
  const beta = values(K, 4);
  const [tokens, heads, headDim] = [50, 3, 64];
  const C = heads * headDim;
  const [q, k, v] = [5, 6, 7].map((seed) => values(tokens * C, seed));
  const shape = [1, tokens, C];
  // The error of n roundings grows with sqrt(n). For results near 1, the factor 8 allows any order of summation.
  return [
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

/** Pseudo-random values in -1..1, so that sums stay small: a multiplicative congruential generator (P. L'Ecuyer, 1999). */
function values(count: number, seed: number): Float32Array {
  let state = seed;
  for (let i = 0; i < 8; i++) state = Math.imul(state, 1597334677) | 1;
  return Float32Array.from({ length: count }, () => {
    state = Math.imul(state, 1597334677);
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = actual.length === expected.length ? 0 : NaN;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
  return largest;
}
