/** Runs one step of the portable folder as a process, within its time. */
import { spawn } from 'node:child_process';
import { withoutHarmless } from '../../src/host/node/nativeWarnings.ts';
import type { Step } from './parts.ts';

export interface StepRun {
  readonly outcome: 'done' | 'failed' | 'stopped';
  /** Why it did not end well. */
  readonly reason?: string;
  readonly seconds: number;
  /** What it printed as findings. */
  readonly findings: string;
}

export interface StepSettings {
  /** Folder of the bundles. */
  readonly app: string;
  readonly env: NodeJS.ProcessEnv;
  /** Seconds after which the step is asked to stop. */
  readonly limit: number;
  /** Receives what the step prints, but for findings. */
  readonly show: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Seconds between the request to stop, which keeps the lines that are written, and the end by force. */
const GRACE = 10;

/** @returns how it went; it throws nothing, also when the process cannot be started */
export function runStep(
  { program, args, findings: keeps }: Step,
  { app, env, limit, show, signal }: StepSettings,
): Promise<StepRun> {
  const started = performance.now();
  const child = spawn(process.execPath, [`${app}/${program}.js`, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let findings = '';
  let late = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (keeps ? void (findings += text) : show(text)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => show(withoutHarmless(text)));
  const interrupt = (): void => void child.kill('SIGINT');
  const timers = [
    setTimeout(() => {
      late = true;
      interrupt();
    }, 1000 * limit),
    setTimeout(() => void child.kill('SIGKILL'), 1000 * (limit + GRACE)),
  ];
  signal.addEventListener('abort', interrupt);
  return new Promise((resolve) => {
    const end = (outcome: StepRun['outcome'], reason?: string): void => {
      timers.forEach(clearTimeout);
      signal.removeEventListener('abort', interrupt);
      resolve({ outcome, ...(reason && { reason }), seconds: (performance.now() - started) / 1000, findings });
    };
    child.on('error', (error) => end('failed', error.message));
    child.on('close', (code, ended) => {
      if (code === 0) return end('done');
      if (signal.aborted) return end('stopped', 'by Ctrl-C');
      if (late) return end('stopped', `its time of ${limit.toFixed(0)} s was over; the lines that it wrote are kept`);
      end('failed', ended ? `ended by ${ended}` : `exit code ${code}`);
    });
  });
}
