/** Sizes the chunks of a sweep: small enough to stay within a time budget, large enough to keep the device busy. */

/** Fewer points would leave cores of a software adapter idle: a workgroup computes up to 128 points. */
export const MIN_CHUNK = 256;

/** Sizes in points. */
export interface PaceLimits {
  /** Size of the first chunk. */
  readonly first: number;
  readonly min: number;
  readonly max: number;
  /** Milliseconds that one chunk should take. It may change: a shorter time counts for the next chunk. */
  readonly budgetMs: number;
}

/** Sizes the next chunk of a sweep, and learns from those that ran. */
export interface ChunkSize {
  /** Number of points of the next chunk. */
  readonly size: number;
  /** @param ms time that a chunk of `size` points took */
  learn(ms: number): void;
}

/**
 * The largest power of two up to n. Sizes are powers of two, so that few plans are compiled; results do not depend on
 * the size.
 */
const floorPowerOfTwo = (n: number): number => 2 ** Math.floor(Math.log2(n));

export class Pace implements ChunkSize {
  private points: number;
  /** Points per millisecond. */
  private rate: number | undefined;

  constructor(private readonly limits: PaceLimits) {
    this.points = this.clamp(limits.first);
  }

  /** Number of points of the next chunk. */
  get size(): number {
    this.shrink();
    return this.points;
  }

  /**
   * Adapts the size to a chunk of that size that took `ms` milliseconds. It grows at most fourfold, and shrinks
   * only if the ideal size is below half.
   */
  learn(ms: number): void {
    const rate = this.points / Math.max(ms, 0.1);
    // The rate is averaged with the last one, so that other programs on the machine do not make the size jump.
    this.rate = this.rate === undefined ? rate : (this.rate + rate) / 2;
    const ideal = this.rate * this.limits.budgetMs;
    if (ideal >= 2 * this.points) this.points = this.clamp(Math.min(ideal, 4 * this.points));
    else this.shrink();
  }

  private shrink(): void {
    const ideal = (this.rate ?? Infinity) * this.limits.budgetMs;
    if (ideal < this.points / 2) this.points = this.clamp(ideal);
  }

  private clamp(size: number): number {
    const { min, max } = this.limits;
    return floorPowerOfTwo(Math.min(max, Math.max(min, size)));
  }
}
