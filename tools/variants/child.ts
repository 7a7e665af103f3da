/** Runs a job in a process of its own. */
import { spawn } from 'node:child_process';
import type { Done, Job } from './jobs.ts';

/** First argument of a process that does one job; the second is the job. */
export const JOB = '--job';

/**
 * @returns what the child printed last
 * @throws Error with what the child said, if it fails; the reason of `signal` when it aborts, and the child is stopped
 */
export function runInChild<T>(job: Job, signal: AbortSignal): Promise<Done<T>> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1], JOB, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', stop, { once: true });
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) return reject(signal.reason as Error);
      if (code !== 0) return reject(new Error(`${job.kind} of ${job.variant}, ${job.format}: ${err.trim() || code}`));
      resolve(JSON.parse(out.trim().split('\n').at(-1)!) as Done<T>);
    });
  });
}
