/** The memory of a device's buffers and textures: counted where they are made, and kept within a bound. */
import { megabytes } from '../kernels/megabytes.ts';
import { LimitError } from './errors.ts';

interface Destroyable {
  destroy(): void;
}

/** Bytes of a bound that are left for photos, image embeddings, pictures and what is read back. */
const RESERVED = 96 * 2 ** 20;

export class DeviceMemory {
  /** Bytes of all buffers and textures that are not destroyed. */
  held = 0;
  /** The most that `held` has been since `resetPeak`. */
  peak = 0;

  /** @param max bytes that `held` never exceeds; Infinity for no bound */
  constructor(readonly max = Infinity) {}

  /** Whether there is a bound. */
  get isBounded(): boolean {
    return this.max !== Infinity;
  }

  /** Bytes that one network may plan with, if no other is on the device. */
  get forNetwork(): number {
    return this.max - RESERVED;
  }

  /** Bytes that may still be taken. */
  get room(): number {
    return this.max - this.held;
  }

  /** @throws LimitError if `what`, of so many bytes, does not fit beside what is there */
  expectRoom(what: string, bytes: number): void {
    if (bytes <= this.room) return;
    throw new LimitError(
      `${what} needs ${megabytes(bytes)} on the device, but only ${megabytes(Math.max(0, this.room))} of the ` +
        `${megabytes(this.max)} that are allowed are free.\n` +
        '  Allow more (--max-memory, maxMemory), store weights as f16 (--precision f16), or use a smaller network or photo.',
    );
  }

  /** Counts a new resource until it is destroyed. */
  count<R extends Destroyable>(resource: R, bytes: number): R {
    this.held += bytes;
    this.peak = Math.max(this.peak, this.held);
    let left = bytes;
    const destroy = resource.destroy.bind(resource);
    resource.destroy = () => {
      this.held -= left;
      left = 0;
      destroy();
    };
    return resource;
  }

  /** From here on, `peak` is that of what follows. */
  resetPeak(): void {
    this.peak = this.held;
  }
}
