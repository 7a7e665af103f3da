/** What every command that works on a photo does around its work: progress, Ctrl-C, the engine's life, the summary. */
import { BUNDLED } from '../../host/node/bundled.ts';
import { pullCommand } from '../../host/node/checkpointCache.ts';
import { tryOutput, writeWhole } from '../../host/node/files.ts';
import { defaultCheckpoints } from '../../pipeline/registry.ts';
import type { Role } from '../../pipeline/roles.ts';
import type { CallOptions } from '../../pipeline/session/stages.ts';
import type { CommandContext, Engine } from '../context.ts';
import { watchInterrupt } from '../interrupt.ts';
import type { EngineOptions, ReportOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { Profile } from './profile.ts';

/** One run of a command. */
export interface CommandRun {
  progress: Progress;
  /** Signal, progress and profile for a call of the engine. */
  call: Required<Pick<CallOptions, 'signal' | 'onProgress'>> & CallOptions;
  /** Starts the engine with networks for these roles; it is disposed when the run ends. */
  startEngine(roles: readonly Role[]): Promise<Engine>;
}

/** Runs `work`; whatever happens, the engine is disposed, the bar ends and Ctrl-C means what it meant before. */
export async function runCommand<T>(
  { terminal, createEngine }: CommandContext,
  options: EngineOptions & ReportOptions,
  work: (run: CommandRun) => Promise<T>,
): Promise<T> {
  const progress = new Progress(terminal, options);
  const interruption = watchInterrupt((line) => progress.say(line));
  const { signal } = interruption;
  const profile = options.profile === undefined ? undefined : new Profile();
  const call = { signal, onProgress: progress.update, ...(profile && { onProfile: profile.add }) };
  let engine: Engine | undefined;
  const startEngine: CommandRun['startEngine'] = async (roles) => {
    const { weights, weightsDir, size, precision, adapter } = options;
    engine = await createEngine({
      ...{ weights, weightsDir, roles, size, precision, adapter, signal },
      // A command uses each network once: with one at a time on the device, the full-size ones fit into 4 GiB.
      keepNetworks: false,
      onProgress: progress.update,
    });
    return engine;
  };
  try {
    if (options.profile !== undefined) await tryOutput(options.profile);
    const result = await work({ progress, call, startEngine });
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
