/** What every command is given from outside: a terminal, and how to make an engine. Tests give stand-ins. */
import type { EngineOptions, NodeEngine } from '../node.ts';
import type { Terminal } from './terminal.ts';

/** What the commands ask of the engine. */
export type Engine = Pick<NodeEngine, 'segment' | 'depth' | 'reconstruct' | 'describe' | 'dispose'>;

export type CreateEngine = (options: EngineOptions) => Promise<Engine>;

export interface CommandContext {
  terminal: Terminal;
  createEngine: CreateEngine;
}

/** Is told the exit code of a command. */
export type Finish = (code: number) => void;
