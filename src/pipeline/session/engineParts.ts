/** The parts of an engine that its sessions share. What is on the device is that of the present device. */
import type { Shared } from '../../graph/shared.ts';
import type { NetworkPool } from '../networks.ts';
import type { SeenPoints } from '../points/seenPoints.ts';
import type { Recovery } from '../recovery.ts';
import type { Completer } from '../roles.ts';
import type { EmbeddingCache } from './embeddingCache.ts';
import type { CallOptions, Stages } from './stages.ts';

export interface EngineParts {
  readonly shared: Shared;
  readonly networks: NetworkPool;
  readonly embeddings: EmbeddingCache;
  /** Makes the input of a completer, of the given sides, from a photo, a mask and depth. */
  seenPoints(sides: Completer['sides']): SeenPoints;
  /** Replaces the device when it is lost. Everything on a device that a step uses, it gets from here in the step. */
  readonly recovery: Pick<Recovery, 'step' | 'advanced'>;
  /** Runs `work` after all earlier calls. @throws Canceled, DeviceError; as `work` */
  exclusive<T>(call: CallOptions, work: (stages: Stages) => Promise<T>): Promise<T>;
}
