/** The stages of one call: their progress, their time, and what stops them. */
import type { RunOptions, StepTime } from '../../graph/run.ts';
import type { StageRunOptions } from '../roles.ts';

/** How far a stage is. A stage ends when the next one begins. */
export interface StageProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** What is counted, in the plural. */
  readonly unit?: string;
}

/** What belongs to one call. */
export interface CallOptions {
  /** Stops the call. A sweep that is stopped gives what it had found; everything else throws an AbortError. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: StageProgress) => void;
  /** Gets the time of every dispatch, run by run; they are then timed, which costs a little. */
  readonly onProfile?: (times: readonly StepTime[]) => void;
}

export class Stages {
  /** Seconds of each stage so far. Loading of weights is a stage of its own. */
  readonly seconds: Record<string, number> = {};
  private current: { stage: string; started: number } | undefined;

  constructor(private readonly call: CallOptions) {}

  get signal(): AbortSignal | undefined {
    return this.call.signal;
  }

  get onProfile(): RunOptions['onProfile'] {
    return this.call.onProfile;
  }

  /** @param title of the network that the stage loads first, if it loads one */
  options(stage: string, title?: string): StageRunOptions {
    return {
      signal: this.signal,
      onProfile: this.onProfile,
      onProgress: (done) => this.report(stage, done, 1),
      onUpload: title === undefined ? undefined : this.loading(title),
    };
  }

  /** Reports how much of a network's weights is on the device. */
  loading(title: string): (done: number) => void {
    return (done) => this.report(`load ${title}`, done, 1);
  }

  /** Reports how far a stage is; a stage that is not the current one begins, and the current one ends. */
  report(stage: string, done: number, total: number, unit?: string): void {
    this.begin(stage);
    this.call.onProgress?.({ stage, done, total, unit });
  }

  end(): void {
    if (!this.current) return;
    const { stage, started } = this.current;
    this.seconds[stage] = Number(((this.seconds[stage] ?? 0) + (performance.now() - started) / 1000).toFixed(3));
    this.current = undefined;
  }

  private begin(stage: string): void {
    if (this.current?.stage === stage) return;
    this.end();
    this.current = { stage, started: performance.now() };
  }
}
