/** The engine's life: it is started, replaced when it cannot go on, and started anew for other weights. */
import type { StageProgress } from '../../web.ts';
import type { CreateEngine, PageEngine, PageWeights } from '../engine.ts';
import { problemOf } from '../state/problem.ts';
import type { EngineState, State } from '../state/state.ts';

export class Connection {
  private weights: PageWeights = 'tiny';
  private current?: Promise<PageEngine>;
  private ready?: PageEngine;
  /** The latest start. An earlier one that is still under way shows nothing any more. */
  private latest?: object;

  constructor(
    private readonly state: State,
    private readonly create: CreateEngine,
  ) {}

  /** Whether the networks are those that come along. */
  get isTiny(): boolean {
    return this.weights === 'tiny';
  }

  /** The engine, which is started if there is none. @throws what kept it from starting */
  engine(): Promise<PageEngine> {
    return (this.current ??= this.start(this.weights));
  }

  /** Starts an engine anew, with other weights if they are given. Earlier sessions end. */
  restart(weights: PageWeights | Promise<PageWeights> = this.weights): Promise<PageEngine> {
    const old = this.current;
    this.ready = undefined;
    // An engine that never started has nothing to free.
    old?.then((engine) => engine.dispose()).catch(() => undefined);
    return (this.current = this.start(weights));
  }

  /** Milliseconds that one submission of the engine should take. Without an engine nothing happens. */
  pace(ms: number): void {
    this.ready?.pace(ms);
  }

  private async start(wanted: PageWeights | Promise<PageWeights>): Promise<PageEngine> {
    const start = (this.latest = {});
    const show = (state: EngineState): void => {
      if (this.latest === start) this.state.engine.value = state;
    };
    show({ kind: 'starting', what: 'Starting the engine', share: 0 });
    const onProgress = ({ stage, done, total }: StageProgress): void =>
      show({ kind: 'starting', what: NAMES[stage] ?? stage, share: total > 0 ? done / total : 0 });
    try {
      const chosen = await wanted;
      if (this.latest === start) this.weights = chosen;
      const engine = await this.create({ weights: chosen, onProgress });
      const { adapter, weights } = await engine.describe();
      if (this.latest === start) this.ready = engine;
      show({ kind: 'ready', adapter, weights });
      void engine.lost.then((error) => this.lose(engine, error));
      return engine;
    } catch (error) {
      show({ kind: 'failed', problem: problemOf('The engine could not start', error) });
      if (this.latest === start) this.current = undefined;
      throw error;
    }
  }

  /** The engine cannot go on: the next use starts another one. */
  private async lose(engine: PageEngine, error: Error): Promise<void> {
    if ((await this.current?.catch(() => undefined)) !== engine) return;
    this.current = this.ready = undefined;
    engine.dispose();
    this.state.engine.value = { kind: 'failed', problem: problemOf('The graphics device stopped', error) };
  }
}

/** What the person reads while weights are brought here. */
const NAMES: Readonly<Record<string, string>> = {
  download: 'Downloading weights',
  convert: 'Converting weights',
  store: 'Storing weights',
};
