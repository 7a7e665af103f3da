/** Random numbers and choices, the same for a seed on every machine. */

/** Random numbers of one case. Xorshift (Marsaglia, Xorshift RNGs, 2003). */
export class Random {
  private state: number;

  /** @param seed of the run @param index of the case: cases of one run do not depend on each other */
  constructor(seed: number, index: number) {
    // Two rounds of multiplying spread neighboring seeds and indices over all bits.
    const mixed = Math.imul((Math.imul(seed, 2654435761) ^ index) >>> 0, 2246822519);
    this.state = (mixed ^ (mixed >>> 15)) >>> 0 || 1;
    for (let i = 0; i < 3; i++) this.below(2);
  }

  /** A whole number in 0..limit-1. */
  below(limit: number): number {
    let { state } = this;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.state = state >>> 0;
    return this.state % limit;
  }

  /** True once in `of` times. */
  once(of: number): boolean {
    return this.below(of) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
