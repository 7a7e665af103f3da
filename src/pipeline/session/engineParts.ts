/** The parts of an engine that its sessions share. */
import type { Shared } from '../../graph/shared.ts';
import type { NetworkPool } from '../networks.ts';
import type { SeenPoints } from '../points/seenPoints.ts';
import type { Completer } from '../roles.ts';
import type { EmbeddingCache } from './embeddingCache.ts';
import type { CallOptions, Stages } from './stages.ts';

export interface EngineParts {
  readonly shared: Shared;
  readonly networks: NetworkPool;
  readonly embeddings: EmbeddingCache;
  /** Makes the input of a completer, of the given sides, from a photo, a mask and depth. */
  seenPoints(sides: Completer['sides']): SeenPoints;
  /** Runs `work` after all earlier calls. @throws Canceled, DeviceError; as `work` */
  exclusive<T>(call: CallOptions, work: (stages: Stages) => Promise<T>): Promise<T>;
}
