/** Encoded photos on the device, within a budget: the one that was not used for longest makes room. */
import type { Embedding } from '../roles.ts';

/** Sixteen photos of a released SAM. */
const MAX_BYTES = 64 * 2 ** 20;

export class EmbeddingCache {
  /** Least recently used first. */
  private readonly kept = new Map<object, Embedding>();

  constructor(private readonly maxBytes = MAX_BYTES) {}

  /** The embedding of an owner, undefined if it has none or had to make room. */
  get(owner: object): Embedding | undefined {
    const embedding = this.kept.get(owner);
    if (embedding) {
      this.kept.delete(owner);
      this.kept.set(owner, embedding);
    }
    return embedding;
  }

  /** Keeps an embedding, whatever its size, and releases others until the budget holds. */
  put(owner: object, embedding: Embedding): void {
    this.release(owner);
    this.kept.set(owner, embedding);
    for (const other of this.kept.keys()) {
      if (other === owner || this.bytes <= this.maxBytes) return;
      this.release(other);
    }
  }

  release(owner: object): void {
    this.kept.get(owner)?.release();
    this.kept.delete(owner);
  }

  clear(): void {
    for (const owner of [...this.kept.keys()]) this.release(owner);
  }

  get bytes(): number {
    return [...this.kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
