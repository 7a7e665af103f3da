/** The state, and all that can be done. */
import type { CreateEngine, PageWeights } from '../engine.ts';
import { Estimates } from '../state/estimates.ts';
import { problemOf } from '../state/problem.ts';
import { createState, type State } from '../state/state.ts';
import { Connection } from './connection.ts';
import { Objects } from './objects.ts';
import { Photos } from './photos.ts';
import { Picking } from './picking.ts';
import { Pointing } from './pointing.ts';
import { Reconstruction } from './reconstruction.ts';
import { Weights, type WeightFiles } from './weights.ts';

export class App {
  readonly state: State = createState();
  readonly connection: Connection;
  readonly photos: Photos;
  readonly pointing: Pointing;
  readonly picking: Picking;
  readonly objects: Objects;
  readonly reconstruction: Reconstruction;
  readonly estimates: Estimates;
  readonly weights: Weights;

  /**
   * @param memory of earlier visits, such as `localStorage`
   * @param load loads what knows weights files
   */
  constructor(
    create: CreateEngine,
    memory?: Pick<Storage, 'getItem' | 'setItem'>,
    load: () => Promise<WeightFiles> = () => import('../weightFiles.ts'),
  ) {
    const session = () => this.photos.session;
    const settle = (): void => void this.pointing.settle();
    this.connection = new Connection(this.state, create);
    this.photos = new Photos(this.state, this.connection, settle, () => this.picking.forget());
    this.pointing = new Pointing(this.state, session);
    this.objects = new Objects(this.state, settle);
    this.picking = new Picking(this.state, session, this.pointing, this.objects);
    this.estimates = new Estimates(() => this.engineName(), memory);
    this.reconstruction = new Reconstruction(this.state, session, this.estimates, settle);
    this.weights = new Weights(
      load,
      {
        renew: (weights) => this.renewEngine(weights),
        tell: (problem) => void (this.state.problem.value = problem),
      },
      memory,
    );
  }

  /**
   * Starts the engine with the networks of the last visit, so that the first photo need not wait for it. What keeps it from
   * starting is shown.
   */
  start(): void {
    this.connection.restart(this.weights.remembered()).catch(() => undefined);
  }

  /** Another engine, the same photo and prompts. @returns whether it runs, and has seen the photo */
  async renewEngine(weights?: PageWeights): Promise<boolean> {
    this.state.problem.value = undefined;
    // Another network means something else by the same prompts.
    if (weights !== undefined) this.state.answer.value = undefined;
    await this.connection.restart(weights).catch(() => undefined);
    if (this.state.engine.value.kind === 'ready') await this.photos.reopen();
    return this.state.engine.value.kind === 'ready' && !this.state.problem.value;
  }

  /** A new photo. */
  async openPhoto(file: Blob & { name?: string }): Promise<void> {
    this.reconstruction.cancel();
    await this.photos.open(file);
  }

  /** @param name of a file in the folder of examples */
  async openExample(name: string): Promise<void> {
    const { problem } = this.state;
    try {
      const response = await fetch(`examples/${name}`);
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      await this.openPhoto(new File([await response.blob()], name, { type: 'image/webp' }));
    } catch (error) {
      problem.value = problemOf('The example could not be loaded', error);
    }
  }

  /** Back to the start. */
  closePhoto(): void {
    this.reconstruction.cancel();
    this.photos.close();
  }

  private engineName(): string {
    const engine = this.state.engine.value;
    return engine.kind === 'ready' ? `${engine.adapter} ${engine.weights}` : '';
  }
}
