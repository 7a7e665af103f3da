/** The stages of the chain at the size of a preset, with generated weights: how long a network takes as a whole. */
import type { Device } from '../../graph/device.ts';
import { sharedFor } from '../../graph/evaluate.ts';
import type { Shared } from '../../graph/plan.ts';
import type { RunOptions, StepTime } from '../../graph/run.ts';
import { CROP_SIDE } from '../../pipeline/mcc/encoder.ts';
import { encoderGraph, pointSide } from '../../pipeline/mcc/graphs.ts';
import { PlanCache } from '../../pipeline/planCache.ts';
import { Sam } from '../../pipeline/sam/sam.ts';
import { ZoeDepth } from '../../pipeline/zoeDepth/zoeDepth.ts';
import { type ChainConfig, syntheticSet, type WeightSource, weightsOf } from '../../../weights/index.ts';
import type { Timing } from './measure.ts';

/** A network on the device, ready to run. */
interface Ready {
  run(options: RunOptions): Promise<unknown>;
  dispose(): Promise<void>;
}

export interface Stage {
  name: string;
  /** What it works on, for the table. */
  shape: string;
  weights(preset: ChainConfig): WeightSource;
  load(shared: Shared, preset: ChainConfig): Ready;
}

const SEED = 1;
const [WIDTH, HEIGHT] = [480, 640];
const PHOTO = { width: WIDTH, height: HEIGHT, words: scramble(WIDTH * HEIGHT) };

export const stages: readonly Stage[] = [
  {
    name: 'samEncode',
    shape: `photo of ${WIDTH} x ${HEIGHT}`,
    weights: (preset) => weightsOf(syntheticSet(SEED, preset), 'sam').source,
    load(shared, { sam: config }) {
      const sam = new Sam(shared, config);
      return { run: (options) => sam.encode(PHOTO, options), dispose: () => sam.dispose() };
    },
  },
  {
    name: 'zoeDepth',
    shape: `photo of ${WIDTH} x ${HEIGHT}, padded and mirrored`,
    weights: (preset) => weightsOf(syntheticSet(SEED, preset), 'zoe').source,
    load(shared, { zoe: config }) {
      const zoe = new ZoeDepth(shared, config);
      return { run: (options) => zoe.infer(PHOTO, options), dispose: () => zoe.dispose() };
    },
  },
  {
    name: 'mccEncode',
    shape: 'crop of an object',
    weights: (preset) => weightsOf(syntheticSet(SEED, preset), 'mcc').source,
    load(shared, { mcc: config }) {
      const plans = new PlanCache(shared);
      const points = pointSide(config);
      const rgb = Float32Array.from({ length: 3 * CROP_SIDE ** 2 }, (_, i) => (i % 251) / 251);
      const xyz = Float32Array.from({ length: 3 * points ** 2 }, (_, i) => Math.sin(i));
      const valid = new Uint32Array(points ** 2).fill(1);
      return {
        run: async (options) => {
          const plan = await plans.get('encoder', () => encoderGraph(config, CROP_SIDE));
          await plan.run({ rgb, xyz, valid }, options);
        },
        dispose: () => plans.dispose(),
      };
    },
  },
];

export interface StageTiming extends Timing {
  /** Floating-point operations of one run, as the kernels count them. */
  flops: number;
  /** Bytes of weights on the device. */
  weightBytes: number;
}

/** Measures a stage: cold once, then `runs` times, without and with timestamps where the adapter has them. */
export async function measureStage(
  device: Device,
  stage: Stage,
  preset: ChainConfig,
  { runs = 2, signal }: { runs?: number; signal?: AbortSignal } = {},
): Promise<StageTiming> {
  const shared = sharedFor(device, stage.weights(preset));
  const network = stage.load(shared, preset);
  try {
    const elapsed = async (options: RunOptions): Promise<number> => {
      const started = performance.now();
      await network.run({ signal, ...options });
      return performance.now() - started;
    };
    const coldMs = await elapsed({});
    const walls: number[] = [];
    const stamped: number[] = [];
    let flops = 0;
    for (let i = 0; i < runs; i++) {
      walls.push(await elapsed({}));
      if (!device.hasTimestamps) continue;
      // A stage of several plans reports each of them.
      const steps: StepTime[] = [];
      await elapsed({ onProfile: (times) => void steps.push(...times) });
      stamped.push(steps.reduce((sum, { ms }) => sum + ms, 0));
      flops = steps.reduce((sum, step) => sum + step.flops, 0);
    }
    const ascending = (list: number[]): number[] => list.toSorted((a, b) => a - b);
    const times = ascending(device.hasTimestamps ? stamped : walls);
    return {
      coldMs,
      bestMs: times[0],
      medianMs: times[Math.floor((times.length - 1) / 2)],
      p90Ms: times[times.length - 1],
      wallMs: ascending(walls)[Math.floor((walls.length - 1) / 2)],
      runs,
      clock: device.hasTimestamps ? 'timestamps' : 'wall',
      flops,
      weightBytes: shared.constants.bytes,
    };
  } finally {
    await network.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  }
}

/** Opaque colours without order. */
function scramble(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => (Math.imul(i + 1, 2654435761) | 0xff000000) >>> 0);
}
