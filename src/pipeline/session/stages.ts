/** The stages of one call: their progress and their time. */
import type { RunOptions, StepTime } from '../../graph/run.ts';
import type { StageRunOptions } from '../roles.ts';

/** The progress of a stage. A stage ends when the next one begins. */
export interface StageProgress {
  /** `load` and the network's title, segment, masks, depth, points, encode, sweep or render. */
  readonly stage: string;
  /** Amount done, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Unit of `done` and `total`, in the plural; without it, they are shares of the work. */
  readonly unit?: string;
  /** Which one of several objects the stage works on; absent if it works for all of them, or there is one. */
  readonly object?: ObjectOf;
}

/** One of several objects: its number, from 1 to `of`, and its name. */
export interface ObjectOf {
  readonly number: number;
  readonly of: number;
  readonly name: string;
}

/** Options of one call. */
export interface CallOptions {
  /**
   * Stops the call. A sweep that is stopped returns the points found so far; every other stage throws an AbortError.
   */
  readonly signal?: AbortSignal;
  /** Gets the progress of each stage. */
  readonly onProgress?: (event: StageProgress) => void;
  /** Gets a sentence on what happens beside the stages: that the device was lost, and what goes on with a new one. */
  readonly onNotice?: (line: string) => void;
  /** Gets the times of all dispatches after each run of a plan. Timing them makes the call a little slower. */
  readonly onProfile?: (times: readonly StepTime[]) => void;
}

/** Passes the call's options to the stages, and measures their time. */
export class Stages {
  /** Seconds of each stage so far. Loading weights is a stage of its own. */
  readonly seconds: Record<string, number> = {};
  /** The one of several objects that the stages work on now. */
  object: ObjectOf | undefined;
  private current: { stage: string; started: number } | undefined;

  constructor(private readonly call: CallOptions) {}

  get signal(): AbortSignal | undefined {
    return this.call.signal;
  }

  get onProfile(): RunOptions['onProfile'] {
    return this.call.onProfile;
  }

  /** Run options of a stage. @param title title of the network whose weights the stage loads, if it loads any */
  options(stage: string, title?: string): StageRunOptions {
    return {
      signal: this.signal,
      onProfile: this.onProfile,
      onProgress: (done) => this.report(stage, done, 1),
      onUpload: title === undefined ? undefined : this.loading(title),
    };
  }

  /** A callback that reports the share of a network's weights that is uploaded. */
  loading(title: string): (done: number) => void {
    return (done) => this.report(`load ${title}`, done, 1);
  }

  /** Reports the progress of a stage. If it is not the current stage, the current one ends and this one begins. */
  report(stage: string, done: number, total: number, unit?: string): void {
    this.begin(stage);
    this.call.onProgress?.({ stage, done, total, unit, ...(this.object && { object: this.object }) });
  }

  /** Tells the caller what happens beside the stages. */
  say(line: string): void {
    this.call.onNotice?.(line);
  }

  /** Ends the current stage. */
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
