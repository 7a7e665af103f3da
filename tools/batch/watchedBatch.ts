/** Runs `unflat batch` as a process whose results and memory are watched, and which can be killed in the middle. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';

const CLI = resolve('dist', 'cli.js');
const HOOK = resolve('tools', 'batch', 'reportMemory.mjs');

/** What a process has, in bytes. */
interface Memory {
  /** Resident memory, with the driver's: a software adapter keeps its buffers there. */
  readonly rss: number;
  /** Objects of JavaScript. */
  readonly heapUsed: number;
  /** Bytes of typed arrays. */
  readonly arrayBuffers: number;
}

/** The most memory while some objects were made. */
export interface MemoryPoint extends Memory {
  /** Objects that the process has made until then. */
  readonly objects: number;
  /** Since the process started. */
  readonly seconds: number;
}

export interface BatchRun {
  /** Names of the objects whose lines were printed, in their order. */
  readonly made: readonly string[];
  readonly seconds: number;
  readonly memory: readonly MemoryPoint[];
}

/** When a process is killed: so many milliseconds after so many objects. */
export interface KillMoment {
  readonly objects: number;
  readonly ms: number;
}

export interface BatchCommand {
  /** Arguments after `unflat batch`. */
  readonly args: readonly string[];
  /** A point of memory is kept for each so many objects. */
  readonly objectsPerPoint: number;
  readonly kill?: KillMoment;
  readonly onObject?: (made: number) => void;
}

/**
 * @throws Error with what the command said if it fails, and if it was to be killed but ended before; the reason of `signal` when it
 *   aborts, which also stops the command
 */
export async function watchedBatch(command: BatchCommand, signal: AbortSignal): Promise<BatchRun> {
  const { args, objectsPerPoint, kill, onObject } = command;
  signal.throwIfAborted();
  const begun = performance.now();
  const seconds = (): number => Number(((performance.now() - begun) / 1000).toFixed(2));
  const child = spawn(process.execPath, ['--import', HOOK, CLI, 'batch', ...args, '--quiet'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });

  const made: string[] = [];
  const memory: MemoryPoint[] = [];
  let most: Memory = { rss: 0, heapUsed: 0, arrayBuffers: 0 };
  child.on('message', (now: Memory) => {
    const { rss, heapUsed, arrayBuffers } = most;
    most = {
      rss: Math.max(rss, now.rss),
      heapUsed: Math.max(heapUsed, now.heapUsed),
      arrayBuffers: Math.max(arrayBuffers, now.arrayBuffers),
    };
  });
  const keepPoint = (): void => {
    if (most.rss > 0) memory.push({ objects: made.length, seconds: seconds(), ...most });
    most = { rss: 0, heapUsed: 0, arrayBuffers: 0 };
  };
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (!line.endsWith('}')) return; // cut off by the kill
    const { name, status } = JSON.parse(line) as { name: string; status: string };
    if (status !== 'done') return;
    made.push(name);
    if (made.length % objectsPerPoint === 0) keepPoint();
    if (made.length === kill?.objects) setTimeout(stop, kill.ms);
    onObject?.(made.length);
  });
  let said = '';
  child.stderr!.on('data', (text: Buffer) => (said += text.toString()));

  const [code, by] = await new Promise<[number | null, NodeJS.Signals | null]>((done, failed) => {
    child.on('error', failed);
    child.on('close', (...end) => done(end));
  });
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (kill ? by !== 'SIGKILL' || made.length < kill.objects : code !== 0) {
    const wanted = kill ? `, before it could be killed after object ${kill.objects}` : '';
    throw new Error(`unflat batch ended with ${code ?? by}${wanted}: ${said.trim().slice(-1000)}`);
  }
  if (made.length % objectsPerPoint !== 0) keepPoint();
  return { made, seconds: seconds(), memory };
}
