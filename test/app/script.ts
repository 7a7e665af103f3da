/** How the fake engine behaves: what it waits for, where it fails, and what it was asked. */
import { crossed } from '../../src/host/web/worker/errors.ts';
import type { DeviceError } from '../../src/graph/errors.ts';
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';
import type { CompletedObject } from '../../src/pipeline/session/completedObject.ts';
import type { ObjectMesh } from '../../src/pipeline/session/objectMesh.ts';
import type { CallOptions } from '../../src/pipeline/session/stages.ts';
import { firstHalf } from './fakeResults.ts';

/** The calls that a scenario may change. */
export type Step = 'create' | 'open' | 'encode' | 'segment' | 'everything' | 'depth' | 'points' | 'complete' | 'mesh';

export interface Scenario {
  /** Steps that stop half way, until the test lets them go on or the page cancels them. */
  readonly held?: readonly Step[];
  /** Errors that steps throw, by the names of their classes. */
  readonly fails?: Readonly<Partial<Record<Step, { name: string; message: string; hint?: string }>>>;
  /** What is known of the mesh; false: the points enclose nothing. */
  readonly mesh?: false | Partial<ObjectMesh['facts']>;
}

interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Batches of points of a sweep. */
const BATCHES = 5;
/** Milliseconds between two of them. */
const PAUSE = 5;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE));

export class Script {
  /** What the page has asked so far. */
  readonly calls: Call[] = [];
  private readonly held: Set<Step>;
  private readonly waiting: (() => void)[] = [];
  private lose?: (error: DeviceError) => void;
  private lost?: DeviceError;

  constructor(private readonly scenario: Scenario) {
    this.held = new Set(scenario.held);
  }

  get hasMesh(): boolean {
    return this.scenario.mesh !== false;
  }

  get facts(): Partial<ObjectMesh['facts']> {
    return this.scenario.mesh || {};
  }

  note(method: string, args: readonly unknown[]): void {
    this.calls.push({ method, args });
  }

  /** Lets a step go on, now and later. */
  release(step: Step): void {
    this.held.delete(step);
    this.waiting.splice(0).forEach((go) => go());
  }

  /** Holds a step from now on. */
  hold(step: Step): void {
    this.held.add(step);
  }

  onLost(lose: (error: DeviceError) => void): void {
    this.lose = lose;
  }

  /** The device is lost: running steps and later ones fail. */
  loseDevice(): void {
    this.lost = crossed({ name: 'DeviceError', message: 'The device was lost.', fields: {} }) as DeviceError;
    this.lose?.(this.lost);
    this.waiting.splice(0).forEach((go) => go());
  }

  /** A step: it is noted, tells its progress under its stages' names, and waits or fails as the scenario says. */
  async run(
    step: Step,
    args: readonly unknown[],
    call: CallOptions = {},
    stages: readonly string[] = [],
  ): Promise<void> {
    this.note(step, args);
    this.check(step, call);
    for (const stage of stages) {
      call.onProgress?.({ stage, done: 0, total: 2 });
      call.onProgress?.({ stage, done: 1, total: 2 });
    }
    await this.pass(step, call);
    for (const stage of stages) call.onProgress?.({ stage, done: 2, total: 2 });
  }

  /** A sweep, whose points arrive in batches. @returns the points found so far if it was stopped */
  async sweep(
    granularity: number,
    object: CompletedObject,
    onPoints: ((points: ColoredPoints) => void) | undefined,
    call: CallOptions,
  ): Promise<CompletedObject | undefined> {
    this.note('complete', [granularity]);
    this.check('complete', call);
    const size = Math.ceil(object.rgb.length / 3 / BATCHES);
    for (let batch = 0; batch < BATCHES; batch++) {
      const [start, end] = [3 * size * batch, 3 * size * (batch + 1)];
      onPoints?.({ xyz: object.xyz.slice(start, end), rgb: object.rgb.slice(start, end) });
      call.onProgress?.({ stage: 'sweep', done: batch + 1, total: BATCHES });
      await pause();
      if (batch === BATCHES >> 1) await this.pass('complete', call).catch(this.unlessStopped(call));
      if (call.signal?.aborted) return firstHalf(object);
    }
    return undefined;
  }

  private readonly unlessStopped =
    ({ signal }: CallOptions) =>
    (error: unknown): void => {
      if (!signal?.aborted) throw error;
    };

  private async pass(step: Step, { signal }: CallOptions): Promise<void> {
    await pause();
    while (this.held.has(step) && !this.lost && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.check(step, { signal });
  }

  private check(step: Step, { signal }: CallOptions): void {
    if (this.lost) throw this.lost;
    signal?.throwIfAborted();
    const failure = this.scenario.fails?.[step];
    if (failure) throw crossed({ ...failure, fields: { hint: failure.hint } });
  }
}
