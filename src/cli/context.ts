/** What every command receives: a terminal, and a function that creates an engine. Tests pass stand-ins. */
import type { EngineOptions, NodeEngine } from '../node.ts';
import type { Terminal } from './terminal.ts';

/** The part of the engine that commands use. */
export type Engine = Pick<
  NodeEngine,
  'open' | 'segment' | 'everything' | 'depth' | 'reconstruct' | 'describe' | 'dispose'
>;

export type CreateEngine = (options: EngineOptions) => Promise<Engine>;

export interface CommandContext {
  terminal: Terminal;
  createEngine: CreateEngine;
}

/** Receives the exit code of a command. */
export type Finish = (code: number) => void;
