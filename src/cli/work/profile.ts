/** GPU times of a run: a table to read, and a trace for chrome://tracing or ui.perfetto.dev. */
import type { StepTime } from '../../graph/run.ts';

/** Maximum number of rows in each part of the table. */
const ROWS = 20;

/** Collects the times of consecutive runs. */
export class Profile {
  /** Steps on one time line. Each run starts where the last one ended, because their clocks have different origins. */
  readonly #steps: StepTime[] = [];
  #end = 0;

  /** Adds the steps of one run. An arrow function, to be passed as a callback. */
  readonly add = (times: readonly StepTime[]): void => {
    const offset = this.#end;
    for (const step of times) {
      const startMs = offset + step.startMs;
      this.#steps.push({ ...step, startMs });
      this.#end = Math.max(this.#end, startMs + step.ms);
    }
  };

  /** Time by kernel and variant, time by part of the networks, and the reasons why a preferred variant did not run. */
  table(): string {
    const total = sumOf(this.#steps);
    const parts = groupBy(this.#steps, ({ scope }) => scope.split('.').slice(0, 2).join('.') || '(chain)');
    return [
      `${this.#steps.length} dispatches, ${total.toFixed(1)} ms on the device`,
      '',
      ...section('kernel', groupBy(this.#steps, nameOf), total),
      '',
      ...section('part', parts, total),
      '',
      ...fallbacks(this.#steps),
    ].join('\n');
  }

  /** Trace Event Format: complete events in microseconds, all on one thread. */
  trace(): string {
    const events = this.#steps.map(({ kernel, variant, why, scope, flops, startMs, ms }) => ({
      name: kernel,
      cat: scope || 'chain',
      ph: 'X',
      pid: 0,
      tid: 0,
      ts: 1000 * startMs,
      dur: 1000 * ms,
      args: { scope, variant, why, flops, gflops: rateOf(flops, ms) },
    }));
    return JSON.stringify({ displayTimeUnit: 'ms', traceEvents: events });
  }
}

/** `linear, tiled`: a kernel and its variant, or the kernel alone if it has no variants. */
const nameOf = ({ kernel, variant }: StepTime): string => (variant === undefined ? kernel : `${kernel}, ${variant}`);

/** A line for each reason why another variant than the preferred one ran. */
function fallbacks(steps: readonly StepTime[]): string[] {
  const groups = groupBy(
    steps.filter(({ why }) => why !== undefined),
    (step) => `${nameOf(step)}: ${step.why}`,
  );
  if (groups.size === 0) return [];
  const lines = [...groups].map(([reason, { length }]) => `  ${reason} (${length} ${length === 1 ? 'call' : 'calls'})`);
  return ['preferred variant not used', ...lines, ''];
}

function section(title: string, groups: Map<string, StepTime[]>, total: number): string[] {
  const line = (name: string, count: string, ms: string, share: string, rate: string): string =>
    `${name.padEnd(40)} ${count.padStart(7)} ${ms.padStart(11)} ${share.padStart(7)} ${rate.padStart(9)}`;
  const rows = [...groups]
    .map(([name, steps]) => ({ name, count: steps.length, ms: sumOf(steps), flops: flopsOf(steps) }))
    .sort((a, b) => b.ms - a.ms);
  const shown = rows
    .slice(0, ROWS)
    .map(({ name, count, ms, flops }) =>
      line(name, String(count), ms.toFixed(2), `${((100 * ms) / total).toFixed(1)} %`, rateOf(flops, ms).toFixed(1)),
    );
  const rest = rows.length > ROWS ? [`and ${rows.length - ROWS} more`] : [];
  return [line(title, 'calls', 'ms', 'share', 'GFLOP/s'), ...shown, ...rest];
}

function groupBy(steps: readonly StepTime[], keyOf: (step: StepTime) => string): Map<string, StepTime[]> {
  const groups = new Map<string, StepTime[]>();
  for (const step of steps) {
    const key = keyOf(step);
    const group = groups.get(key);
    if (group) group.push(step);
    else groups.set(key, [step]);
  }
  return groups;
}

const sumOf = (steps: readonly StepTime[]): number => steps.reduce((sum, { ms }) => sum + ms, 0);
const flopsOf = (steps: readonly StepTime[]): number => steps.reduce((sum, { flops }) => sum + flops, 0);

/** GFLOP/s; 0 for a step that is too short for the clock. */
const rateOf = (flops: number, ms: number): number => (ms > 0 ? flops / ms / 1e6 : 0);
