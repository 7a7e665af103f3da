/** From a mask to an object, step by step. What is found stays when a run is stopped. */
import { batch } from '@preact/signals';
import type { CallOptions, ColoredPoints, SeenObject, WebObject } from '../../web.ts';
import type { EngineSession } from '../engine.ts';
import type { Estimates } from '../state/estimates.ts';
import { noticesOf } from '../state/notices.ts';
import { isAbort, problemOf } from '../state/problem.ts';
import type { MaskedObject, Result, State, Step } from '../state/state.ts';

/** What the person reads, by the engine's stages. */
const WORDS: Readonly<Record<string, string>> = {
  depth: 'Estimating depth',
  points: 'Placing the visible points',
  encode: 'Looking at the points',
  sweep: 'Finding the whole object',
  mesh: 'Making the mesh',
};

export class Reconstruction {
  private stop?: AbortController;

  constructor(
    private readonly state: State,
    private readonly session: () => EngineSession | undefined,
    private readonly estimates: Estimates,
    /** Called when prompts can be answered again. */
    private readonly onEnd: () => void,
  ) {}

  async start(): Promise<void> {
    const { state } = this;
    const session = this.session();
    const objects = state.masked.value;
    if (!session || objects.length === 0 || !state.canReconstruct.value) return;
    const { granularity } = state.options.value;
    const nothing = { mask: objects[0].mask, granularity, arrived: [], seconds: {}, events: [], notices: [] };
    state.result.value = { ...nothing, of: objects.length, made: [] };
    if (objects.length === 1) {
      const failure = 'The object could not be reconstructed';
      await this.run({ step: 'depth' }, failure, (signal) => this.steps(session, objects[0].mask, signal));
    } else {
      const failure = 'The objects could not be reconstructed';
      await this.run({ step: 'depth' }, failure, (signal) => this.scene(session, objects, signal));
      // What is left of one that was stopped is none of the scene.
      this.found({ seen: undefined, spacing: undefined, arrived: [], object: undefined, mesh: undefined });
    }
  }

  /** Makes one object after the other. One that fails does not stop the others. */
  private async scene(session: EngineSession, objects: readonly MaskedObject[], signal: AbortSignal): Promise<void> {
    const { run, result, said } = this.state;
    for (const { number, mask } of objects) {
      if (run.value) run.value = { ...run.value, object: number };
      this.found({ mask, seen: undefined, spacing: undefined, arrived: [], object: undefined, mesh: undefined });
      const before = result.value?.notices ?? [];
      const about = (notice: string): string => `Object ${number}: ${notice}`;
      try {
        await this.steps(session, mask, signal);
        const { seen, object, mesh, notices } = result.value ?? {};
        const made =
          seen && object && object.xyz.length > 0 ? [{ name: `object-${number}`, mask, seen, object, mesh }] : [];
        this.found((known) => ({
          made: [...known.made, ...made],
          notices: [...before, ...(notices ?? []).map(about)],
        }));
      } catch (error) {
        // Without a device, no other object can be made either.
        if (isAbort(error) || ['DeviceError', 'DeviceLostError'].includes((error as Error).name)) throw error;
        this.found({ notices: [...before, about(`It could not be made. ${(error as Error).message}`)] });
      }
    }
    said.value = `${result.value?.made.length ?? 0} of ${objects.length} objects are ready.`;
  }

  /** Makes the mesh of the points that are shown, after the threshold has changed: also if that happens meanwhile. */
  async meshAgain(): Promise<void> {
    const { run, result, threshold } = this.state;
    // The mesh that is being made is of an earlier threshold. The call that makes it goes on with this one.
    if (run.value?.isMeshAgain) return this.stop?.abort();
    while (!run.value && result.value?.object && result.value.object.threshold !== threshold.value) {
      await this.meshOnce();
    }
  }

  private async meshOnce(): Promise<void> {
    const { state } = this;
    const session = this.session();
    const { object, depth, mask, mesh } = state.result.value ?? {};
    if (!object) return;
    const again = object.withThreshold(state.threshold.value);
    this.found({ object: again });
    if (!session || !depth || !mask || again.partial) return;
    await this.run({ step: 'mesh', isMeshAgain: true }, 'The mesh could not be made', (signal) =>
      this.mesh(session, again, { mask, depth }, signal),
    );
    // Without a new mesh there is none: the old one is of other points.
    if (state.result.value?.mesh === mesh) this.found({ mesh: undefined });
  }

  /** Stops at the next opportunity. */
  cancel(): void {
    const { run } = this.state;
    if (!this.stop || !run.value) return;
    run.value = { ...run.value, isStopping: true };
    this.stop.abort();
  }

  private async steps(session: EngineSession, mask: Uint8Array, signal: AbortSignal): Promise<void> {
    const { state } = this;
    const { fov, granularity } = state.options.value;
    const depth = await this.step('depth', signal, (call) =>
      session.depth({ fov: fov ?? state.photo.value?.fov }, call),
    );
    this.found({ depth });
    const seen = await this.step('points', signal, (call) => session.points(mask, depth, call));
    this.found({ seen: seen.cloud, spacing: granularity * seen.normalization.scale });
    const onPoints = (points: ColoredPoints): void => this.found((known) => ({ arrived: [...known.arrived, points] }));
    const object = await this.step('sweep', signal, (call) => session.complete(seen, { granularity, onPoints }, call));
    batch(() => {
      this.found({ object });
      state.threshold.value = object.threshold;
    });
    if (object.partial) throw object.problem === undefined ? signal.reason : new Error(object.problem);
    this.estimates.learn(granularity, state.result.value!.seconds.sweep!);
    await this.mesh(session, object, { mask, depth }, signal);
  }

  private async mesh(session: EngineSession, object: WebObject, seen: SeenObject, signal: AbortSignal): Promise<void> {
    const { faces, fuseDepth } = this.state.options.value;
    const mesh = await this.step('mesh', signal, (call) => session.mesh(object, seen, { faces, fuseDepth }, call));
    this.found({ mesh, notices: noticesOf(object, mesh) });
    this.state.said.value = mesh ? 'The object is ready.' : 'There are only points: they enclose nothing.';
  }

  /** Shows that something runs, and what stopped it. */
  private async run(
    { step, isMeshAgain = false }: { step: Step; isMeshAgain?: boolean },
    failure: string,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { state } = this;
    const stop = (this.stop = new AbortController());
    batch(() => {
      state.problem.value = undefined;
      state.hover.value = undefined;
      state.run.value = { step, what: WORDS[step], share: 0, isStopping: false, isMeshAgain };
    });
    try {
      await work(stop.signal);
    } catch (error) {
      if (isAbort(error)) state.said.value = 'Stopped. What was found stays.';
      else state.problem.value = problemOf(failure, error);
    } finally {
      this.stop = undefined;
      state.run.value = undefined;
      this.onEnd();
    }
  }

  /** Runs a step, tells its progress and measures its time. */
  private async step<T>(
    step: Step,
    signal: AbortSignal,
    work: (call: Required<Pick<CallOptions, 'signal' | 'onProgress' | 'onNotice'>>) => Promise<T>,
  ): Promise<T> {
    const { run, said } = this.state;
    const started = performance.now();
    const show = (what: string, share: number, left?: number): void => {
      if (run.value) run.value = { ...run.value, step, what, share, left };
    };
    show(WORDS[step], 0);
    said.value = `${WORDS[step]}.`;
    let sweepStarted: number | undefined;
    const value = await work({
      signal,
      onNotice: (line) => {
        said.value = line;
        this.found(({ events }) => ({ events: [...events, line] }));
      },
      onProgress: ({ stage, done, total }) => {
        const share = total > 0 ? done / total : 0;
        const what = stage.startsWith('load') ? 'Loading the network' : (WORDS[stage] ?? stage);
        if (stage === 'sweep') sweepStarted ??= performance.now();
        show(what, share, stage === 'sweep' ? secondsLeft(performance.now() - sweepStarted!, share) : undefined);
      },
    });
    const seconds = (performance.now() - started) / 1000;
    this.found((known) => ({ seconds: { ...known.seconds, [step]: seconds } }));
    return value;
  }

  /** Adds to the result. What a stopped run still finds goes nowhere if the photo was closed. */
  private found(more: Partial<Result> | ((known: Result) => Partial<Result>)): void {
    const { result } = this.state;
    const known = result.value;
    if (known) result.value = { ...known, ...(typeof more === 'function' ? more(known) : more) };
  }
}

/** A sweep is measured for this long before its end is told. */
const MEASURED_MS = 1500;

function secondsLeft(ms: number, share: number): number | undefined {
  return ms < MEASURED_MS || share <= 0 ? undefined : ((ms / 1000) * (1 - share)) / share;
}
