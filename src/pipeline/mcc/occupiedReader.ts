/** Reads the results of a chunk: all of its logits, and the colors of its occupied points, made on the device. */
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
  /** [n, 3] in 0..1; not clamped where colors are regressed. */
  readonly colors: Float32Array;
}

export interface ChunkAnswer {
  /** Occupancy logits of all points. */
  readonly logits: Float32Array;
  /** Undefined if none is. */
  readonly occupied: OccupiedOfChunk | undefined;
}

/** Smallest plan for colors: fewer points are padded to it. */
const MIN_COLORS = 64;

export class OccupiedReader {
  private readonly plans: PlanCache;

  constructor(
    private readonly shared: Shared,
    private readonly config: MccConfig,
  ) {
    this.plans = new PlanCache(shared, shared.device.memory.isBounded ? 1 : 4);
  }

  /**
   * @param count points of the chunk; those beyond are padding and are left out
   * @throws Canceled; DeviceError; LimitError; WeightsError
   */
  async read(
    results: ChunkResults,
    count: number,
    temperature: number,
    signal: AbortSignal | undefined,
  ): Promise<ChunkAnswer> {
    const logits = (await results.logits.read()).subarray(0, count) as Float32Array;
    const [all] = await results.found.read();
    if (all === 0) return { logits, occupied: undefined };
    const places = (await results.indices.read()).subarray(0, all).filter((place) => place < count) as Uint32Array;
    const colors = await this.colorsOf(results.features, places.length, temperature, signal);
    return { logits, occupied: { places, colors } };
  }

  /** Builds the pipelines for the colors of a chunk of `rows` points. @throws as `read` */
  buildAhead(rows: number, temperature: number): Promise<void> {
    const take = Math.min(rows, MIN_COLORS);
    const { precision } = this.shared.device.target;
    return this.plans.buildAhead(colorGraph, { config: this.config, precision, rows, take, temperature });
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
    const { precision } = this.shared.device.target;
    const plan = await this.plans.get(colorGraph, { config: this.config, precision, rows, take, temperature });
    const { color } = await plan.run({ features }, { signal });
    return (await color.read()).slice(0, 3 * n) as Float32Array;
  }

  /** Frees the plans, not the weights. */
  dispose(): Promise<void> {
    return this.plans.dispose();
  }
}
