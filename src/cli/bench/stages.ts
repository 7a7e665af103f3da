/** The stages of the chain at the size of a preset, with generated weights: how long a network takes as a whole. */
import type { Device } from '../../graph/device.ts';
import { sharedFor } from '../../graph/evaluate.ts';
import type { Shared } from '../../graph/plan.ts';
import type { RunOptions, StepTime } from '../../graph/run.ts';
import type { SweepStrategy } from '../../kernels/target.ts';
import { CROP_SIDE } from '../../pipeline/mcc/encoder.ts';
import { pointSide } from '../../pipeline/mcc/graphs.ts';
import { Mcc, type MccImage, type MccInput } from '../../pipeline/mcc/mcc.ts';
import { Sam } from '../../pipeline/sam/sam.ts';
import { ZoeDepth } from '../../pipeline/zoeDepth/zoeDepth.ts';
import {
  type ChainConfig,
  type MccConfig,
  syntheticSet,
  type WeightSource,
  weightsOf,
} from '../../../weights/index.ts';
import type { Timing } from './measure.ts';

/** A network on the device, ready to run. */
interface Ready {
  /** @returns the points that were asked, of stages that ask points */
  run(options: RunOptions): Promise<{ queries?: number }>;
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
      return { run: (options) => sam.encode(PHOTO, options).then(() => ({})), dispose: () => sam.dispose() };
    },
  },
  {
    name: 'zoeDepth',
    shape: `photo of ${WIDTH} x ${HEIGHT}, padded and mirrored`,
    weights: (preset) => weightsOf(syntheticSet(SEED, preset), 'zoe').source,
    load(shared, { zoe: config }) {
      const zoe = new ZoeDepth(shared, config);
      return { run: (options) => zoe.infer(PHOTO, options).then(() => ({})), dispose: () => zoe.dispose() };
    },
  },
  {
    name: 'mccEncode',
    shape: 'crop of an object',
    weights: (preset) => weightsOf(syntheticSet(SEED, preset), 'mcc').source,
    load(shared, { mcc: config }) {
      const mcc = new Mcc(shared, config);
      const input = inputOf(config);
      const run = (options: RunOptions) => mcc.encode(input, options).then(() => ({}));
      return { run, dispose: () => mcc.dispose() };
    },
  },
  sweepStage('batched'),
  sweepStage('layered'),
];

/**
 * The decoder over a grid of points. The threshold is one that no point passes: how many points are occupied, and so how
 * many colours are computed, depends on the weights, which are generated here.
 */
function sweepStage(strategy: SweepStrategy): Stage {
  return {
    name: `sweep ${strategy}`,
    shape: 'grid of points, occupancy alone',
    weights: (preset) => weightsOf(syntheticSet(SEED, preset), 'mcc').source,
    load(shared, { mcc: config }) {
      const mcc = new Mcc(shared, config);
      // A GPU asks a million points in the time that a software adapter asks a thousand of the full-size network.
      const isSmall = config.decoderEmbed < 256;
      const granularity = shared.device.adapterClass === 'gpu' ? 0.06 : isSmall ? 0.12 : 0.5;
      let image: MccImage | undefined;
      return {
        async run(options) {
          image ??= await mcc.encode(inputOf(config), { signal: options.signal });
          return mcc.sweep(
            image,
            { granularity, strategy, threshold: 1 - 2 ** -24 },
            { ...options, onProgress: undefined },
          );
        },
        dispose: () => mcc.dispose(),
      };
    },
  };
}

/** An image without meaning, every point of it valid. */
function inputOf(config: MccConfig): MccInput {
  const points = pointSide(config);
  return {
    rgb: Float32Array.from({ length: 3 * CROP_SIDE ** 2 }, (_, i) => (i % 251) / 251),
    xyz: Float32Array.from({ length: 3 * points ** 2 }, (_, i) => Math.sin(i)),
    valid: new Uint32Array(points ** 2).fill(1),
  };
}

export interface StageTiming extends Timing {
  /** Floating-point operations of one run, as the kernels count them. */
  flops: number;
  /** Bytes of weights on the device. */
  weightBytes: number;
  /** Points asked per second of wall time, of stages that ask points. */
  pointsPerSecond?: number;
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
    let queries: number | undefined;
    const elapsed = async (options: RunOptions): Promise<number> => {
      const started = performance.now();
      ({ queries } = await network.run({ signal, ...options }));
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
    const wallMs = ascending(walls)[Math.floor((walls.length - 1) / 2)];
    return {
      coldMs,
      bestMs: times[0],
      medianMs: times[Math.floor((times.length - 1) / 2)],
      p90Ms: times[times.length - 1],
      wallMs,
      runs,
      clock: device.hasTimestamps ? 'timestamps' : 'wall',
      flops,
      weightBytes: shared.constants.bytes,
      ...(queries !== undefined && { pointsPerSecond: (1000 * queries) / wallMs }),
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
