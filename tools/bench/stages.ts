/** Stages of networks, which the benchmark measures as a whole: at the size of a preset, with generated weights. */
import type { Device } from '../../src/graph/device.ts';
import type { Shared } from '../../src/graph/shared.ts';
import type { RunOptions } from '../../src/graph/run.ts';
import { CROP_SIDE } from '../../src/pipeline/mcc/encoder.ts';
import { pointSide } from '../../src/pipeline/mcc/graphs.ts';
import { gridOf } from '../../src/pipeline/mcc/grid.ts';
import { Mcc, type MccImage, type MccInput } from '../../src/pipeline/mcc/mcc.ts';
import type { PhotoWords } from '../../src/pipeline/photo.ts';
import { type ChainConfig, networkNamed, networks, presets } from '../../src/pipeline/registry.ts';
import { Sam, type SamImage } from '../../src/pipeline/sam/sam.ts';
import { findEverything } from '../../src/pipeline/everything/everything.ts';
import { ZoeDepth } from '../../src/pipeline/zoeDepth/zoeDepth.ts';
import type { MccConfig } from '../../src/pipeline/mcc/config.ts';
import { syntheticSource, type WeightSource } from '../../weights/index.ts';
import type { SweepStrategy } from '../../src/kernels/target.ts';

/** A part of a network's work that is measured. */
export interface Stage {
  readonly kernel: string;
  /** What it works on. */
  readonly shape: string;
  /** Makes what the stage needs; not measured. */
  prepare?(options: RunOptions): Promise<void>;
  /** @returns how many points were decoded, if the stage decodes points */
  run(options: RunOptions): Promise<{ queries?: number }>;
}

/** A network on the device, with its stages. */
export interface LoadedNetwork {
  /** Stages of one group run in turns. */
  readonly groups: readonly (readonly Stage[])[];
  dispose(): Promise<void>;
}

/** A network of the registry that has stages. */
export interface StagedNetwork {
  /** Names of its stages. */
  readonly stages: readonly string[];
  weights(size: PresetSize): WeightSource;
  /** Cheap: plans are made and weights uploaded when a stage runs. */
  load(shared: Shared, size: PresetSize): LoadedNetwork;
}

/** The stages of one network. */
interface Staging<Config> {
  readonly stages: readonly string[];
  load(shared: Shared, config: Config, size: PresetSize): LoadedNetwork;
}

export type PresetSize = keyof typeof presets;

const SEED = 1;
const [WIDTH, HEIGHT] = [480, 640];
/** A photo of noise. */
export const noisePhoto = { width: WIDTH, height: HEIGHT, words: scramble(WIDTH * HEIGHT) };

/** Stages by the network's id. The benchmark passes over networks without an entry. */
const stagings: { readonly [Id in keyof ChainConfig]?: Staging<ChainConfig[Id]> } = {
  sam: {
    stages: ['samEncode', 'samPrompt', 'samEverything'],
    load(shared, config, size) {
      const sam = new Sam(shared, config);
      let image: SamImage | undefined;
      const encode: Stage = {
        kernel: 'samEncode',
        shape: `${size}, photo of ${WIDTH} x ${HEIGHT}`,
        async run(options) {
          image = await sam.encode(noisePhoto, options);
          return {};
        },
      };
      const prompt: Stage = {
        kernel: 'samPrompt',
        shape: `${size}, a box`,
        async prepare(options) {
          image ??= await sam.encode(noisePhoto, options);
        },
        async run(options) {
          await sam.prompt(image!, { boxes: [[40, 60, 400, 560]] }, options);
          return {};
        },
      };
      // Generated weights predict qualities around 0 and soft borders: the limits let a few masks pass, as trained ones do.
      const search = { predIouThresh: 0.15, stabilityScoreThresh: 0.5, stabilityScoreOffset: 0.05 };
      const everything: Stage = {
        kernel: 'samEverything',
        shape: `${size}, 32 x 32 points, a photo of ${WIDTH} x ${HEIGHT} that is encoded already`,
        prepare: prompt.prepare,
        async run({ signal, onProfile }) {
          const tools = { segmenter: sam, embedding: image!, encode: (crop: PhotoWords) => sam.encode(crop) };
          await findEverything(tools, noisePhoto, search, { signal, onProfile });
          return {};
        },
      };
      return { groups: [[encode], [prompt], [everything]], dispose: () => sam.dispose() };
    },
  },
  zoe: {
    stages: ['zoeDepth'],
    load(shared, config, size) {
      const zoe = new ZoeDepth(shared, config);
      const pass: Stage = {
        kernel: 'zoeDepth',
        shape: `${size}, a pass over a photo of ${WIDTH} x ${HEIGHT}`,
        run: (options) => zoe.infer(noisePhoto, { ...options, mirror: false }).then(() => ({})),
      };
      return { groups: [[pass]], dispose: () => zoe.dispose() };
    },
  },
  mcc: {
    stages: ['mccEncode', 'sweep batched', 'sweep layered'],
    load(shared, config, size) {
      const mcc = new Mcc(shared, config);
      const input = inputOf(config);
      let image: MccImage | undefined;
      const prepare = async (options: RunOptions): Promise<void> => {
        image ??= await mcc.encode(input, options);
      };
      const encode: Stage = {
        kernel: 'mccEncode',
        shape: `${size}, crop of an object`,
        async run(options) {
          image = await mcc.encode(input, options);
          return {};
        },
      };
      const sweep = (strategy: SweepStrategy, granularity: number): Stage => ({
        kernel: `sweep ${strategy}`,
        shape: `${size}, ${pointsAlong(config, granularity)} points, occupancy alone`,
        prepare,
        // No point passes this threshold: how many colors are computed would depend on the generated weights.
        run: (options) =>
          mcc.sweep(
            image!,
            { granularity, strategy, sweep: 'full', threshold: 1 - 2 ** -24 },
            withoutProgress(options),
          ),
      });
      const groups = granularities(shared.device, size).map((granularity) =>
        (['batched', 'layered'] as const).map((strategy) => sweep(strategy, granularity)),
      );
      return { groups: [[encode], ...groups], dispose: () => mcc.dispose() };
    },
  },
};

/** The networks of the registry that have stages, in its order. */
export const stagedNetworks: readonly StagedNetwork[] = networks.flatMap(({ id }) => staged(id));

function staged<Id extends keyof ChainConfig>(id: Id): StagedNetwork[] {
  const staging = stagings[id];
  if (!staging) return [];
  return [
    {
      stages: staging.stages,
      weights: (size) => syntheticSource(networkNamed(id).specs(presets[size][id]), SEED),
      load: (shared, size) => staging.load(shared, presets[size][id], size),
    },
  ];
}

/** Names of all stages, for `select`. */
export const stageNames = stagedNetworks.flatMap(({ stages }) => stages.map((kernel) => ({ kernel, shape: '' })));

/** Steps of the grid. A GPU decodes a million points in the time that a software adapter needs for a thousand. */
function granularities({ adapterClass }: Device, size: PresetSize): number[] {
  if (adapterClass === 'gpu') return [0.2, 0.1, 0.06];
  return size === 'small' ? [0.5, 0.25, 0.125] : [1, 0.5, 0.375];
}

/** Points of the grid along each axis, `12 x 12 x 12`. */
const pointsAlong = ({ box }: MccConfig, granularity: number): string => gridOf(granularity, box).counts.join(' x ');

const withoutProgress = ({ signal, onProfile }: RunOptions): RunOptions => ({ signal, onProfile });

/** An arbitrary image with valid points everywhere. */
function inputOf(config: MccConfig): MccInput {
  const points = pointSide(config);
  return {
    rgb: Float32Array.from({ length: 3 * CROP_SIDE ** 2 }, (_, i) => (i % 251) / 251),
    xyz: Float32Array.from({ length: 3 * points ** 2 }, (_, i) => Math.sin(i)),
    valid: new Uint32Array(points ** 2).fill(1),
  };
}

/** Opaque pseudorandom colors. */
function scramble(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => (Math.imul(i + 1, 2654435761) | 0xff000000) >>> 0);
}
