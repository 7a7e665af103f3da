/** How many points a sweep asks about at once: few enough to stay within a time, many enough to keep the device busy. */

/** Fewer points would leave cores of a software adapter idle: a workgroup has 128. */
export const MIN_CHUNK = 256;

export interface PaceLimits {
  readonly first: number;
  readonly min: number;
  readonly max: number;
  /** Milliseconds that one chunk should take. */
  readonly budgetMs: number;
}

/** How many points the next chunk has, and what it learns from one that ran. */
export interface ChunkSize {
  readonly size: number;
  /** @param ms that a chunk of `size` points took */
  learn(ms: number): void;
}

/** Sizes are powers of two, so that there are few plans; results do not depend on them. */
const floorPower = (n: number): number => 2 ** Math.floor(Math.log2(n));

export class Pace implements ChunkSize {
  /** Points of the next chunk. */
  size: number;
  /** Points per millisecond. */
  private rate: number | undefined;

  constructor(private readonly limits: PaceLimits) {
    this.size = this.clamp(limits.first);
  }

  /** Learns from a chunk of `size` points that took `ms`. Grows at most fourfold; shrinks only when far too slow. */
  learn(ms: number): void {
    const rate = this.size / Math.max(ms, 0.1);
    // Half of what was known stays: other programs on the machine must not make the size jump about.
    this.rate = this.rate === undefined ? rate : (this.rate + rate) / 2;
    const ideal = this.rate * this.limits.budgetMs;
    if (ideal >= 2 * this.size) this.size = this.clamp(Math.min(ideal, 4 * this.size));
    else if (ideal < this.size / 2) this.size = this.clamp(ideal);
  }

  private clamp(size: number): number {
    const { min, max } = this.limits;
    return floorPower(Math.min(max, Math.max(min, size)));
  }
}
