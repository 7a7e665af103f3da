/** What every command that works on a photo does around its work: progress, Ctrl-C, the engine's life, the summary. */
import type { CreateEngine, Engine } from './engine.ts';
import { BUNDLED } from '../host/node/bundled.ts';
import { pullCommand } from '../host/node/checkpointCache.ts';
import { expectWritable, writeWhole } from '../host/node/files.ts';
import { defaultCheckpoints } from '../pipeline/registry.ts';
import type { Role } from '../pipeline/roles.ts';
import { watchInterrupt } from './interrupt.ts';
import type { EngineOptions, ReportOptions } from './options.ts';
import { Profile } from './profile.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** What a command is given from outside. */
export interface CommandContext {
  terminal: Terminal;
  createEngine: CreateEngine;
}

export interface Session {
  progress: Progress;
  signal: AbortSignal;
  /** Starts the engine with networks for these roles; it is disposed when the session ends. */
  startEngine(roles: readonly Role[]): Promise<Engine>;
}

/** Runs `work`; whatever happens, the engine is disposed, the bar ends and Ctrl-C means what it meant before. */
export async function withSession<T>(
  { terminal, createEngine }: CommandContext,
  options: EngineOptions & ReportOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const progress = new Progress(terminal, options);
  const interruption = watchInterrupt((line) => progress.say(line));
  const { signal } = interruption;
  const profile = options.profile === undefined ? undefined : new Profile();
  let engine: Engine | undefined;
  const startEngine = async (roles: readonly Role[]): Promise<Engine> => {
    const { weights, weightsDir, size, precision, adapter } = options;
    engine = await createEngine({
      ...{ weights, weightsDir, roles, size, precision, adapter, signal },
      // A command uses each network once: with one at a time on the device, the full-size ones fit into 4 GiB.
      keepNetworks: false,
      onProgress: progress.update,
      ...(profile && { onProfile: profile.add }),
    });
    return engine;
  };
  try {
    if (options.profile !== undefined) await expectWritable(options.profile);
    const result = await work({ progress, signal, startEngine });
    if (options.profile !== undefined && profile) {
      await writeWhole(options.profile, new TextEncoder().encode(profile.trace()));
      terminal.err(`\n${profile.table()}\n`);
    }
    return result;
  } finally {
    progress.finish();
    engine?.dispose();
    interruption.dispose();
  }
}

/** What the owner of a result has to know about the weights it was made with. */
export function weightNotices(weights: string): string[] {
  if (weights === BUNDLED) {
    return [
      'The tiny weights have only seen computer-made objects. For photos: ' +
        `${pullCommand(defaultCheckpoints)}, then --weights official.`,
    ];
  }
  if (weights.startsWith('synthetic:')) {
    return [
      'The weights are generated, not trained: everything is computed as it should be, but the shapes mean nothing.',
    ];
  }
  return [];
}
