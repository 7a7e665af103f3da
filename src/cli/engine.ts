/** What the commands ask of the engine. `src/node.ts` provides it; tests provide a small stand-in. */
import type { EngineOptions, NodeEngine } from '../node.ts';

export type Engine = Pick<NodeEngine, 'segment' | 'depth' | 'reconstruct' | 'describe' | 'dispose'>;

export type CreateEngine = (options: EngineOptions) => Promise<Engine>;
