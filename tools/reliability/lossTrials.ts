/**
 * Loses the device at random moments of a reconstruction, and compares the result with that of an undisturbed run, bit for bit. The
 * moments are counted in calls to WebGPU and reports of progress, so that a seed gives the same ones again, on any machine. It runs in Node and in browsers.
 */
import type { Device } from '../../src/graph/device.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import { syntheticSet, type ChainConfig } from '../../src/pipeline/registry.ts';
import type { ReconstructOptions } from '../../src/pipeline/session/options.ts';
import type { Reconstruction } from '../../src/pipeline/session/session.ts';
import { differences } from './differences.ts';
import { smallConfigs, smallPhoto, smallPrompt } from './smallRun.ts';
import { WatchedGpu } from './watchedGpu.ts';

/** A call to WebGPU or a report of progress. */
interface Moment {
  readonly stage: string;
  /** Its number within its stage, from 1 on. */
  readonly count: number;
  /** Loses all devices. */
  lose(): void;
}

/** What a trial has found. */
export interface Trial {
  readonly seed: number;
  /** The stage that was running, for each loss. */
  readonly stages: readonly string[];
  /** Sentences that the caller got. */
  readonly notices: readonly string[];
  /** Names of results that differ from the undisturbed run. None is what is wanted. */
  readonly different: readonly string[];
  /** What ended the run. */
  readonly error?: string;
}

/** Random numbers in 0..1 of a seed: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The whole chain with its small networks; or from a mask and depth to the points, with the smallest network. */
export type Scope = 'chain' | 'object';

const photo = smallPhoto();
const pixels = photo.width * photo.height;

/** Several lists and chunks of a sweep, a mesh and a picture of it. */
const CHAIN: ReconstructOptions = { ...smallPrompt, granularity: 0.45, threshold: 0.5, texture: 64, faces: 500 };

/** What runs in a scope. A browser's software adapter takes a second or more to build each pipeline of a network. */
const SCOPES: Readonly<Record<Scope, { readonly options: ReconstructOptions; readonly configs: ChainConfig }>> = {
  chain: { options: CHAIN, configs: smallConfigs },
  object: {
    options: {
      ...{
        mask: new Uint8Array(pixels).fill(1, pixels / 4),
        depth: Float32Array.from({ length: pixels }, (_, i) => 2 + (i % 7) / 10),
      },
      ...{ granularity: 0.6, threshold: 0.5, mesh: false, render: false },
    },
    configs: { ...smallConfigs, mcc: { ...smallConfigs.mcc, depth: 1, decoderDepth: 1 } },
  },
};

/** Moments of each stage: its calls to WebGPU, and its reports. */
type Moments = Map<string, number>;

export class LossTrials {
  private usual: { readonly result: Reconstruction; readonly moments: Moments } | undefined;

  /**
   * @param openDevice opens a device on an adapter of its own
   * @param kill loses all devices from outside; without it, they are destroyed
   */
  constructor(
    private readonly openDevice: () => Promise<Device>,
    private readonly scope: Scope,
    private readonly kill?: () => void,
  ) {}

  /** Runs without a loss. @returns the moments of each stage */
  async undisturbed(): Promise<Moments> {
    if (!this.usual) {
      const moments: Moments = new Map();
      const result = await this.run(({ stage, count }) => void moments.set(stage, count));
      this.usual = { result, moments };
    }
    return this.usual.moments;
  }

  /** Loses the device once or twice, killed from outside once: each time in a random stage, at a random moment of it. */
  async trial(seed: number): Promise<Trial> {
    const moments = [...(await this.undisturbed())];
    const random = randomOf(seed);
    const planned = new Set(
      Array.from({ length: random() < 0.7 || this.kill ? 1 : 2 }, () => {
        const [stage, count] = moments[Math.floor(random() * moments.length)];
        return `${stage} ${1 + Math.floor(random() * count)}`;
      }),
    );
    const stages: string[] = [];
    const notices: string[] = [];
    const disturb = ({ stage, count, lose }: Moment): void => {
      if (!planned.delete(`${stage} ${count}`)) return;
      const loseNow = (): void => {
        stages.push(stage);
        lose();
      };
      // Half of the losses come while the work that was submitted is under way.
      if (random() < 0.5) loseNow();
      else setTimeout(loseNow, 3 * random());
    };
    try {
      const result = await this.run(disturb, notices);
      return { seed, stages, notices, different: differences(this.usual!.result, result) };
    } catch (error) {
      return { seed, stages, notices, different: [], error: String(error) };
    }
  }

  /** @param onMoment called at each moment */
  private async run(onMoment: (moment: Moment) => void, notices: string[] = []): Promise<Reconstruction> {
    const { options, configs } = SCOPES[this.scope];
    const moments: Moments = new Map();
    let stage = 'start';
    const next = (): void => {
      const count = (moments.get(stage) ?? 0) + 1;
      moments.set(stage, count);
      onMoment({ stage, count, lose: this.kill ?? (() => gpu.lose()) });
    };
    const gpu = new WatchedGpu(next);
    try {
      const engine = new Engine({
        device: await this.openDevice(),
        openDevice: this.openDevice,
        weights: syntheticSet(4, configs),
      });
      const onProgress = (event: { stage: string }): void => {
        stage = event.stage;
        next();
      };
      try {
        return await engine.reconstruct(photo, options, { onProgress, onNotice: (line) => notices.push(line) });
      } finally {
        engine.dispose();
      }
    } finally {
      gpu.end();
    }
  }
}
