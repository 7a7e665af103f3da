/** What the sessions of one engine share. */
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
  /** The step from mask and depth to what a completer of these sides looks at. */
  seenPoints(sides: Completer['sides']): SeenPoints;
  /** Runs `work` when no other call is under way. */
  exclusive<T>(call: CallOptions, work: (stages: Stages) => Promise<T>): Promise<T>;
}
