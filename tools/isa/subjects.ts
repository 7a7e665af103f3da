/** The kernels whose machine code is looked at: the benchmark's cases and the sweep's decoder, lowered for a GPU, and the
 * products among them for a GPU with matrix instructions. */
import { createHash } from 'node:crypto';
import { fuse } from '../../src/graph/fuse/index.ts';
import { keyOf } from '../../src/graph/key.ts';
import { lower } from '../../src/graph/lower.ts';
import { type Dispatch, isCopy, operand, type Step } from '../../src/kernels/dispatch.ts';
import { packedSize } from '../../src/kernels/sweepDecoder/pack.ts';
import { sweepDecoder } from '../../src/kernels/sweepDecoder/sweepDecoder.ts';
import type { Target } from '../../src/kernels/target.ts';
import { MATRIX_TARGET } from './target.ts';
import { mccConfigs } from '../../src/pipeline/mcc/config.ts';
import { benchCases } from '../bench/cases.ts';
import type { BenchCase } from '../bench/kinds.ts';
import { recorded } from '../bench/measure.ts';

/** Something to compile. */
export interface Case {
  /** As in the benchmark. */
  readonly kernel: string;
  readonly shape: string;
  /** Whether it runs matrix instructions. */
  readonly matrix?: boolean;
  /** How often the hot loops of its program run (`roofOf`). */
  readonly loopRuns?: readonly number[];
  steps(target: Target): readonly Step[];
}

const ofBench = ({ kernel, shape, build }: BenchCase): Case => ({
  kernel,
  shape,
  steps(target) {
    const { graph, y } = recorded(build);
    return lower(fuse(graph.nodes, new Set([y.root])), target).steps;
  },
});

/** A step of the decoder's products computes 128 columns by 16 terms; one of its attention takes 8 tokens for 2 heads. */
function decoderSteps(channels: number, heads: number, tokens: number): number[] {
  const products: [columns: number, terms: number][] = [
    [3 * channels, channels],
    [channels, channels],
    [4 * channels, channels],
    [channels, 4 * channels],
  ];
  const steps = products.map(([columns, terms]) => Math.ceil(columns / 128) * Math.ceil(terms / 16));
  return [steps.reduce((sum, n) => sum + n), Math.ceil(heads / 2) * Math.ceil(tokens / 8)];
}

const SEEN = 197;

const decoder: Case = {
  kernel: 'sweepDecoder',
  shape: '4096 points (MCC decoder)',
  loopRuns: decoderSteps(mccConfigs.full.decoderEmbed, mccConfigs.full.decoderHeads, SEEN),
  steps(target) {
    const { decoderEmbed: channels, decoderDepth: depth, decoderHeads: heads, shrinkThreshold } = mccConfigs.full;
    const seen = operand([depth, SEEN, 3 * channels]);
    const weights = operand([packedSize({ channels, depth })]);
    return sweepDecoder(target, operand([4096, 3]), seen, weights, { heads, eps: 1e-6, shrinkThreshold });
  },
};

/** A product of the benchmark on a GPU with matrix instructions. */
const onMatrixUnit = (one: Case): Case => ({
  ...one,
  shape: `${one.shape}, f16`,
  matrix: true,
  steps: () => one.steps(MATRIX_TARGET).filter((step) => !isCopy(step) && step.variant === 'matrix'),
});

const products = benchCases.filter(({ kernel }) => /^(linear|conv2d|convTranspose2d)$/.test(kernel));

export const isaCases: readonly Case[] = [
  ...benchCases.map(ofBench),
  decoder,
  ...products.map(ofBench).map(onMatrixUnit),
];

/** A program of a case: one dispatch of those that run it. */
export interface Program {
  /** The case. */
  readonly kernel: string;
  readonly shape: string;
  /** The kernel of the dispatch; with a number where a case has several programs of one kernel. */
  readonly program: string;
  readonly variant: string | null;
  readonly hash: string;
  /** Workgroups of all dispatches that run this program. */
  readonly workgroups: number;
  readonly dispatch: Dispatch;
  readonly loopRuns?: readonly number[];
}

/** The different programs of a case, in the order of their first dispatch. */
export function programsOf(one: Case, target: Target): Program[] {
  const found = new Map<string, Program>();
  const counts = new Map<string, number>();
  for (const dispatch of one.steps(target)) {
    if (isCopy(dispatch)) continue;
    const hash = hashOf(dispatch);
    const workgroups = dispatch.workgroups.reduce((product, n) => product * n, 1);
    const known = found.get(hash);
    if (known) {
      found.set(hash, { ...known, workgroups: known.workgroups + workgroups });
      continue;
    }
    const { kernel, variant = null } = dispatch;
    const place = (counts.get(kernel) ?? 0) + 1;
    counts.set(kernel, place);
    const program = place === 1 ? kernel : `${kernel} ${place}`;
    const { shape, loopRuns } = one;
    found.set(hash, {
      ...{ kernel: one.kernel, shape, program, variant, hash, workgroups, dispatch },
      ...(loopRuns && { loopRuns }),
    });
  }
  return [...found.values()];
}

/** Stands for the text and the constants of a program. Comments and layout do not count: they change no machine code. */
function hashOf({ wgsl, constants }: Dispatch): string {
  const code = wgsl.map((text) => text.replace(/\/\/[^\n]*/g, '').replace(/\s+/g, ' '));
  return createHash('sha256')
    .update(keyOf([code, constants]))
    .digest('hex')
    .slice(0, 12);
}
