/** One trial: a command is killed, and run again. */
import { spawn } from 'node:child_process';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { differences, type Snapshot, snapshotOf } from './snapshot.ts';
import { prepared, type Subject } from './subjects.ts';

const CLI = resolve('dist', 'cli.js');
const HOOK = resolve('tools', 'interruptions', 'killAt.mjs');

/** Names of temporary files: they may be there after a kill, and not after the next run. */
const TEMPORARY = /(^|\/)\.[^/]*\.part$|\.part(\.|\/)/;

/** A run that nobody disturbed. */
export interface Undisturbed {
  readonly out: Snapshot;
  readonly ms: number;
  /** Changes that it made to the file system. */
  readonly changes: number;
}

/** When a command is killed: after some milliseconds, or before its n-th change to the file system. */
export type Moment = { readonly ms: number } | { readonly change: number };

export interface Trial {
  /** Whether the command was killed before it had ended. */
  readonly killed: boolean;
  /** What is wrong; none if all is well. */
  readonly problems: readonly string[];
}

interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
}

/** Runs the program in a folder. Exported for tests. @param killAfter milliseconds after which it is killed */
export function runCli(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  killAfter?: number,
): Promise<Run> {
  const child = spawn(process.execPath, ['--import', HOOK, CLI, ...args], {
    cwd: folder,
    env: { ...process.env, ...env, UNFLAT_CACHE: join(folder, 'cache') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, said });
    });
  });
}

/** Works in a folder that is ready for a subject, and deleted afterwards. Exported for tests. */
export async function inFolder<T>(subject: Subject, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'unflat-kill-'));
  try {
    await prepared(subject, folder);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a command that nobody disturbs. @throws Error if it fails */
export function undisturbed(subject: Subject): Promise<Undisturbed> {
  return inFolder(subject, async (folder) => {
    const count = join(folder, 'count');
    const started = performance.now();
    const { code, said } = await runCli(folder, await subject.args(), { UNFLAT_COUNT: count });
    if (code !== 0) throw new Error(`${subject.name} ended with ${code}: ${said}`);
    const ms = performance.now() - started;
    return { out: await snapshotOf(join(folder, 'out')), ms, changes: Number(await readFile(count, 'utf8')) };
  });
}

/** Kills a command at a moment, and runs it again. */
export function killedAndAgain(subject: Subject, moment: Moment, expected: Undisturbed): Promise<Trial> {
  return inFolder(subject, async (folder) => {
    const args = await subject.args();
    const out = join(folder, 'out');
    const first =
      'ms' in moment
        ? await runCli(folder, args, {}, moment.ms)
        : await runCli(folder, args, { UNFLAT_KILL_AT: String(moment.change) });
    const left = new Map(
      [...(await snapshotOf(out))].filter(([path]) => !TEMPORARY.test(path) && !subject.growing?.test(path)),
    );
    const torn = differences(left, expected.out).filter((problem) => !problem.endsWith('is missing'));
    const again = await runCli(folder, args, {});
    const wrong = differences(await snapshotOf(out), expected.out);
    return {
      killed: first.signal === 'SIGKILL',
      problems: [
        ...torn.map((problem) => `after the kill: ${problem}`),
        ...(again.code === 0 ? [] : [`the next run ended with ${again.code}: ${again.said.trim().slice(-300)}`]),
        ...wrong.map((problem) => `after the next run: ${problem}`),
      ],
    };
  });
}
