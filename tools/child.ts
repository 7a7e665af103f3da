/** Runs a job of a tool in a process of its own, so that its memory and time are of one job alone. */
import { spawn } from 'node:child_process';

/** First argument of a child process; the second is its job as JSON. */
export const JOB = '--job';

/**
 * @param job plain data
 * @param what names the job in errors
 * @returns the last line that the child printed, parsed as JSON
 * @throws Error with the child's message if it fails; the reason of `signal` when it aborts, which also stops the child
 */
export function runInChild<T>(job: object, what: string, signal: AbortSignal): Promise<T> {
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
      if (code !== 0) return reject(new Error(`${what}: ${err.trim() || code}`));
      resolve(JSON.parse(out.trim().split('\n').at(-1)!) as T);
    });
  });
}
