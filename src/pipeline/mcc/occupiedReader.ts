/** The occupied points of a chunk: colored on the device, and only they are read. */
import type { Shared } from '../../graph/shared.ts';
import type { DeviceTensor } from '../../graph/transfer.ts';
import { PlanCache } from '../planCache.ts';
import type { MccConfig } from './config.ts';
import { colorGraph } from './graphs.ts';

/** Results of a chunk's plan: those of `occupiedAmong`. */
export type ChunkResults = Readonly<Record<'features' | 'logits' | 'indices' | 'found', DeviceTensor>>;

/** Occupied points of a chunk. */
export interface OccupiedOfChunk {
  /** Places in the chunk [n], ascending. */
  readonly places: Uint32Array;
  /** Occupancy logits [n]. */
  readonly logits: Float32Array;
  /** [n, 3] in 0..1; not clamped where colors are regressed. */
  readonly colors: Float32Array;
}

/** Smallest plan for colors: fewer points are padded to it. */
const MIN_COLORS = 64;

export class OccupiedReader {
  private readonly plans: PlanCache;

  constructor(
    shared: Shared,
    private readonly config: MccConfig,
  ) {
    this.plans = new PlanCache(shared, 4);
  }

  /**
   * @param count points of the chunk; those beyond are padding and are left out
   * @returns undefined if none is occupied
   * @throws Canceled; DeviceError; LimitError; WeightsError
   */
  async read(
    results: ChunkResults,
    count: number,
    temperature: number,
    signal: AbortSignal | undefined,
  ): Promise<OccupiedOfChunk | undefined> {
    const [all] = await results.found.read();
    if (all === 0) return undefined;
    const places = (await results.indices.read()).subarray(0, all).filter((place) => place < count) as Uint32Array;
    const colors = await this.colorsOf(results.features, places.length, temperature, signal);
    const logits = (await results.logits.read()).slice(0, places.length) as Float32Array;
    return { places, logits, colors };
  }

  /** Colors [n, 3] of the first n rows of `features`. */
  private async colorsOf(
    features: DeviceTensor,
    n: number,
    temperature: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const rows = features.shape[0];
    const take = Math.min(rows, Math.max(MIN_COLORS, 2 ** Math.ceil(Math.log2(n))));
    const plan = await this.plans.get(colorGraph, { config: this.config, rows, take, temperature });
    const { color } = await plan.run({ features }, { signal });
    return (await color.read()).slice(0, 3 * n) as Float32Array;
  }

  /** Frees the plans, not the weights. */
  dispose(): Promise<void> {
    return this.plans.dispose();
  }
}
