/** Sizes the chunks of a sweep: small enough to stay within a time budget, large enough to keep the device busy. */

/** Fewer points would leave cores of a software adapter idle: a workgroup computes up to 128 points. */
export const MIN_CHUNK = 256;

/** Sizes in points. */
export interface PaceLimits {
  /** Size of the first chunk. */
  readonly first: number;
  readonly min: number;
  readonly max: number;
  /** Milliseconds that one chunk should take. */
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
  /** Number of points of the next chunk. */
  size: number;
  /** Points per millisecond. */
  private rate: number | undefined;

  constructor(private readonly limits: PaceLimits) {
    this.size = this.clamp(limits.first);
  }

  /**
   * Adapts the size to a chunk of `size` points that took `ms` milliseconds. It grows at most fourfold, and shrinks
   * only if the ideal size is below half.
   */
  learn(ms: number): void {
    const rate = this.size / Math.max(ms, 0.1);
    // The rate is averaged with the last one, so that other programs on the machine do not make the size jump.
    this.rate = this.rate === undefined ? rate : (this.rate + rate) / 2;
    const ideal = this.rate * this.limits.budgetMs;
    if (ideal >= 2 * this.size) this.size = this.clamp(Math.min(ideal, 4 * this.size));
    else if (ideal < this.size / 2) this.size = this.clamp(ideal);
  }

  private clamp(size: number): number {
    const { min, max } = this.limits;
    return floorPowerOfTwo(Math.min(max, Math.max(min, size)));
  }
}
