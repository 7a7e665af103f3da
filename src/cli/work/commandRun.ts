/** Runs a command that works on a photo: shows progress, handles Ctrl-C, and starts and disposes the engine. */
import { BUNDLED } from '../../host/node/bundled.ts';
import { pullCommand } from '../../host/node/checkpointCache.ts';
import { tryOutput, writeWhole } from '../../host/node/files.ts';
import { defaultCheckpoints } from '../../pipeline/registry.ts';
import type { Role } from '../../pipeline/roles.ts';
import type { CallOptions } from '../../pipeline/session/stages.ts';
import type { CommandContext, Engine } from '../context.ts';
import { Interrupted, stoppedBy, watchInterrupt } from '../interrupt.ts';
import type { EngineOptions, ReportOptions } from '../options.ts';
import { Progress } from '../progress.ts';
import { Profile } from './profile.ts';

/** One run of a command. */
export interface CommandRun {
  progress: Progress;
  /** Call options for the engine: signal, progress and profile. */
  call: Required<Pick<CallOptions, 'signal' | 'onProgress'>> & CallOptions;
  /** Starts an engine with networks for these roles. It is disposed when the run ends. */
  startEngine(roles: readonly Role[]): Promise<Engine>;
}

/** Runs `work`. In every case the engine is then disposed, the progress bar ends and Ctrl-C has its default effect again. */
export async function runCommand<T>(
  { terminal, createEngine }: CommandContext,
  options: EngineOptions & ReportOptions,
  work: (run: CommandRun) => Promise<T>,
  { keepNetworks = false } = {},
): Promise<T> {
  const progress = new Progress(terminal, options);
  const interruption = watchInterrupt((line) => progress.stop(line));
  const { signal } = interruption;
  const profile = options.profile === undefined ? undefined : new Profile();
  const onNotice = (line: string): void => progress.say(line);
  const call = { signal, onProgress: progress.update, onNotice, ...(profile && { onProfile: profile.add }) };
  let engine: Engine | undefined;
  const startEngine: CommandRun['startEngine'] = async (roles) => {
    const { weights, weightsDir, size, precision, adapter, maxMemory } = options;
    engine = await createEngine({
      ...{ weights, weightsDir, roles, size, precision, adapter, maxMemory, signal },
      // Most commands use each network once. With one network at a time on the device, the full-size ones fit into 4 GiB.
      keepNetworks,
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
  } catch (error) {
    // The engine's own error says what was stopped, but not by which signal.
    if (!signal.aborted || !(error instanceof Error && error.name === 'AbortError')) throw error;
    throw new Interrupted(error.message, stoppedBy(signal).exitCode);
  } finally {
    progress.finish();
    engine?.dispose();
    interruption.dispose();
  }
}

/** What a user should know about the weights behind a result. */
export function weightNotices(weights: string): string[] {
  if (weights === BUNDLED) {
    return [
      'The tiny weights were trained on computer-made objects only. For photos, run ' +
        `\`${pullCommand(defaultCheckpoints)}\` once, and add --weights official.`,
    ];
  }
  if (weights.startsWith('synthetic:')) {
    return ['The weights are generated, not trained: the computation is right, but the result means nothing.'];
  }
  return [];
}
