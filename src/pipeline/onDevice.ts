/** What an engine has on one device: all of it is gone when the device is lost, and made again on the next one. */
import type { Device } from '../graph/device.ts';
import { sharedFor, type Shared } from '../graph/shared.ts';
import { NetworkPool } from './networks.ts';
import { SeenPoints } from './points/seenPoints.ts';
import type { WeightSet } from './registry.ts';
import type { Completer, NetworkChoice } from './roles.ts';
import { EmbeddingCache } from './session/embeddingCache.ts';

export interface OnDeviceOptions {
  readonly weights: WeightSet;
  readonly keepNetworks: boolean;
  readonly networks?: NetworkChoice;
  readonly embeddingBytes?: number;
}

/** Bytes of image embeddings within a bound of memory, of which little is left for them. */
const FEW_EMBEDDINGS = 32 * 2 ** 20;

export class OnDevice {
  readonly shared: Shared;
  readonly networks: NetworkPool;
  readonly embeddings: EmbeddingCache;
  private readonly made = new Map<string, SeenPoints>();

  constructor(
    readonly device: Device,
    { weights, keepNetworks, networks, embeddingBytes }: OnDeviceOptions,
  ) {
    this.shared = sharedFor(device);
    this.networks = new NetworkPool(device, weights, keepNetworks, { choice: networks });
    this.embeddings = new EmbeddingCache(embeddingBytes ?? (device.memory.isBounded ? FEW_EMBEDDINGS : undefined));
  }

  /** Makes the input of a completer, of the given sides, from a photo, a mask and depth. */
  seenPoints(sides: Completer['sides']): SeenPoints {
    const key = `${sides.rgb} ${sides.xyz}`;
    const known = this.made.get(key) ?? new SeenPoints(this.shared, sides);
    this.made.set(key, known);
    return known;
  }
}
