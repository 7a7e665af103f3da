/** The image embeddings on the device, limited in bytes. The least recently used embedding is released first. */
import type { Embedding } from '../roles.ts';

/** Sixteen embeddings of a released SAM, of 4 MiB each. */
const MAX_BYTES = 64 * 2 ** 20;

export class EmbeddingCache {
  /** Least recently used first. */
  private readonly kept = new Map<object, Embedding>();

  constructor(private readonly maxBytes = MAX_BYTES) {}

  /** The embedding of an owner; undefined if there is none, or it was released to make room. */
  get(owner: object): Embedding | undefined {
    const embedding = this.kept.get(owner);
    if (embedding) {
      this.kept.delete(owner);
      this.kept.set(owner, embedding);
    }
    return embedding;
  }

  /** Keeps an embedding of any size, and releases others until all fit into the limit. */
  put(owner: object, embedding: Embedding): void {
    this.release(owner);
    this.kept.set(owner, embedding);
    for (const other of this.kept.keys()) {
      if (other === owner || this.bytes <= this.maxBytes) return;
      this.release(other);
    }
  }

  /** Releases the embedding of an owner, if there is one. */
  release(owner: object): void {
    this.kept.get(owner)?.release();
    this.kept.delete(owner);
  }

  /** Releases all embeddings. */
  clear(): void {
    for (const owner of [...this.kept.keys()]) this.release(owner);
  }

  /** Bytes of all embeddings together. */
  get bytes(): number {
    return [...this.kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
