/** Progress of a command: a bar for each stage on a terminal, plain lines in a pipe. */
import { Presets, SingleBar } from 'cli-progress';
import type { StageProgress } from '../pipeline/session/stages.ts';
import type { Terminal } from './terminal.ts';

/** Length of `check sam-vit-b`, the longest name of a stage: the bars line up. */
const LONGEST_STAGE = 15;
/** Milliseconds between lines of one stage in a pipe. */
const LINE_INTERVAL = 5000;

export class Progress {
  readonly #terminal: Terminal;
  readonly #quiet: boolean;
  readonly #now: () => number;
  #stage: { name: string; start: number; from: number; lastLine: number } | undefined;
  #bar: SingleBar | undefined;
  #stopped = false;

  /** @param options `now` is a clock in milliseconds, which tests replace */
  constructor(terminal: Terminal, options: { quiet?: boolean; now?: () => number } = {}) {
    this.#terminal = terminal;
    this.#quiet = options.quiet ?? false;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Shows the progress of a stage; a stage with a unit also gets its rate and the time left. An arrow function, to be passed as a callback. */
  readonly update = (event: StageProgress): void => {
    if (this.#quiet || this.#stopped) return;
    const now = this.#now();
    const name = nameOf(event);
    if (this.#stage?.name !== name) {
      this.finish();
      this.#stage = { name, start: now, from: event.done, lastLine: now };
      if (!this.#terminal.screen) this.#terminal.err(`${name} ...\n`);
    }
    if (this.#terminal.screen) this.#bar ??= startBar(this.#terminal.screen, name, event);
    const stage = this.#stage!;
    const detail = describeRate(event, (now - stage.start) / 1000, stage.from);
    this.#bar?.setTotal(event.total);
    this.#bar?.update(event.done, { detail });
    if (!this.#bar && event.done < event.total && now - stage.lastLine >= LINE_INTERVAL) {
      stage.lastLine = now;
      this.#terminal.err(`${name}: ${Math.floor((100 * event.done) / event.total)} %${detail && `, ${detail}`}\n`);
    }
  };

  /** Prints a line. The bar of the current stage stays above it, and continues below. */
  say(line: string): void {
    if (this.#quiet) return;
    this.#bar?.stop();
    this.#bar = undefined;
    this.#terminal.err(`${line}\n`);
  }

  /** Prints why the work stops. No stage is shown after it, only lines. */
  stop(line: string): void {
    this.say(line);
    this.#stage = undefined;
    this.#stopped = true;
  }

  /** Ends the stage that is shown. */
  finish(): void {
    if (!this.#stage) return;
    const seconds = (this.#now() - this.#stage.start) / 1000;
    if (this.#bar) {
      this.#bar.update({ detail: formatSeconds(seconds) });
      this.#bar.stop();
      this.#bar = undefined;
    } else if (!this.#terminal.screen) {
      this.#terminal.err(`${this.#stage.name}: ${formatSeconds(seconds)}\n`);
    }
    this.#stage = undefined;
  }
}

/** A stage, and which one of several objects it is about: `mug (2 of 5): sweep`. */
const nameOf = ({ stage, object }: StageProgress): string =>
  object ? `${object.name} (${object.number} of ${object.of}): ${stage}` : stage;

function startBar(stream: NodeJS.WriteStream, name: string, { done, total }: StageProgress): SingleBar {
  const format = `${name.padEnd(LONGEST_STAGE)} {bar} {percentage} %  {detail}`;
  // The cursor stays visible: a process that is killed could not restore it.
  const bar = new SingleBar({ format, stream, barsize: 30 }, Presets.shades_classic);
  bar.start(total, done, { detail: '' });
  return bar;
}

/**
 * Rate and remaining time, such as `31000 points/s, 54 s left`; empty while they are unknown. Exported for tests.
 * @param from what was done before the clock started: a download may continue an earlier one
 */
export function describeRate({ done, total, unit }: StageProgress, seconds: number, from = 0): string {
  if (!unit || done <= from || seconds <= 0) return '';
  const rate = (done - from) / seconds;
  return `${Number(rate.toPrecision(3))} ${unit}/s, ${formatSeconds((total - done) / rate)} left`;
}

/** Seconds in readable units: `0.4 s`, `54 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
