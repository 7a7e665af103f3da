/** Lists the kernel variants that run on a device at the sizes of the released networks, and why the others do not. */
import { mccConfigs } from '../pipeline/mcc/config.ts';
import { attention } from '../kernels/attention/attention.ts';
import { conv2d } from '../kernels/conv2d/conv2d.ts';
import { convTranspose2d } from '../kernels/convTranspose2d/convTranspose2d.ts';
import { isCopy, operand, type OtherVariant, type Step } from '../kernels/dispatch.ts';
import { layerNorm } from '../kernels/layerNorm/layerNorm.ts';
import { linear } from '../kernels/linear/linear.ts';
import { matmul } from '../kernels/matmul/matmul.ts';
import { reduce } from '../kernels/reduce/reduce.ts';
import { softmax } from '../kernels/softmax/softmax.ts';
import { packedSize } from '../kernels/sweepDecoder/pack.ts';
import { sweepDecoder } from '../kernels/sweepDecoder/sweepDecoder.ts';
import type { Target } from '../kernels/target.ts';
import { choose } from '../kernels/variant.ts';
import { sweepStrategies } from '../pipeline/mcc/strategies.ts';

export interface KernelChoice {
  readonly kernel: string;
  /** The sizes, and the network that has them. */
  readonly problem: string;
  readonly variant: string;
  /** Why the preferred variant does not run; absent if it does. */
  readonly why?: string;
  readonly others: readonly OtherVariant[];
}

/** One row for each kernel with several variants, and one for the strategy of the sweep. */
export function kernelChoices(target: Target): KernelChoice[] {
  const strategy = choose('sweep', sweepStrategies, target, mccConfigs.full);
  const all = strategy.variant.name === 'batched' ? [...problems(target), decoder(target)] : problems(target);
  const rows = new Map<string, KernelChoice>();
  for (const [problem, steps] of all) {
    for (const step of steps) {
      if (isCopy(step) || step.variant === undefined) continue;
      const { kernel, variant, why, others = [] } = step;
      rows.set(`${kernel} ${problem}`, { kernel, problem, variant, ...(why !== undefined && { why }), others });
    }
  }
  const { variant, why, others } = strategy;
  const sweep = { kernel: 'sweep', problem: 'MCC', variant: variant.name, ...(why !== undefined && { why }), others };
  return [...rows.values(), sweep];
}

/** A problem, and the steps that compute it on the target. */
type Lowered = readonly [problem: string, steps: readonly Step[]];

function problems(target: Target): Lowered[] {
  const tokens = operand([1, 4096, 768]);
  const gamma = operand([768]);
  const map = operand([1, 64, 64, 256]);
  const noEpilogue = { b: null, scale: null, residual: null } as const;
  const conv = { stride: 1, padding: 1, groups: 1, activation: 'none', inputActivation: 'none' } as const;
  const qkv = operand([1, 4096, 3 * 768]);
  const third = (i: number) => ({ of: qkv, from: 768 * i, to: 768 * (i + 1) });
  const window = 14;
  const table = operand([2 * window - 1, 64]);
  return [
    ['4096 x 768 x 3072 (SAM)', linear(target, { x: tokens, w: operand([3072, 768]), ...noEpilogue }, 'gelu', true)],
    ['64 x 64 x 256, 3 x 3 (SAM)', conv2d(target, { x: map, w: operand([256, 256, 3, 3]), ...noEpilogue }, conv)],
    ['64 x 64 x 256, 2 x 2 (SAM)', convTranspose2d(target, map, operand([256, 64, 2, 2]), null, 2)],
    [
      '12 heads of 64, windows of 14 (SAM)',
      attention(
        target,
        { q: third(0), k: third(1), v: third(2) },
        {
          heads: 12,
          bias: { kind: 'decomposed', relPosH: table, relPosW: table, height: window, width: window },
          windows: { height: 64, width: 64, size: window, fill: operand([3 * 768]) },
        },
      ),
    ],
    ['4 x 32 x 65536 (SAM masks)', matmul(target, operand([1, 4, 32]), operand([1, 65536, 32]), true)],
    ['rows of 768 (SAM)', layerNorm(target, tokens, gamma, gamma, 1e-6, true)],
    ['rows of 200', softmax(target, operand([4096, 200]), 1)],
    ['rows of 768', reduce(target, 'mean', tokens)],
  ];
}

/** The sweep decoder, which runs in one dispatch. */
function decoder(target: Target): Lowered {
  const { decoderEmbed: channels, decoderDepth: depth, decoderHeads: heads, shrinkThreshold } = mccConfigs.full;
  const seen = operand([depth, 197, 3 * channels]);
  const weights = operand([packedSize({ channels, depth })]);
  const options = { heads, eps: 1e-6, shrinkThreshold };
  return ['4096 points (MCC)', sweepDecoder(target, operand([4096, 3]), seen, weights, options)];
}
