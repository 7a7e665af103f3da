/** What the page needs of the engine, which lives in a worker. */
import type { WorkerEngineOptions, WebSession } from '../web.ts';

export type EngineSession = Pick<
  WebSession,
  'encode' | 'segment' | 'everything' | 'depth' | 'points' | 'complete' | 'mesh' | 'close' | 'photo'
>;

export interface PageEngine {
  open(photo: Blob): Promise<EngineSession>;
  describe(): Promise<{ adapter: string; weights: string }> | { adapter: string; weights: string };
  /** Milliseconds that one submission should take: short ones leave the GPU to the page's own drawing. */
  pace(ms: number): void;
  /** Resolves when the engine cannot go on: devices were lost one after the other, or its worker crashed. */
  readonly lost: Promise<Error>;
  dispose(): void;
}

/** Weights that can be sent to a worker. */
export type PageWeights = NonNullable<WorkerEngineOptions['weights']>;

export type CreateEngine = (options: WorkerEngineOptions) => Promise<PageEngine>;
