/** Makes the objects of a batch with one engine, and with one session for objects of one photo that follow each other. */
import { performance } from 'node:perf_hooks';
import { readFrames } from '../../../host/node/co3dFrame.ts';
import { decodePhoto } from '../../../host/node/image.ts';
import { UserError } from '../../../host/errors.ts';
import type { Photo } from '../../../pipeline/photo.ts';
import type { SceneReconstruction } from '../../../pipeline/session/scene.ts';
import type { Reconstruction } from '../../../pipeline/session/session.ts';
import type { CallOptions } from '../../../pipeline/session/stages.ts';
import type { Engine } from '../../context.ts';
import { isSeveral } from '../../sceneOptions.ts';
import { type Job, readFrameJob, readInputs } from '../job.ts';
import { expectObjects, readSceneJob, requestsOf, type SceneJob } from '../scene/sceneJob.ts';
import type { Item } from './item.ts';

/** Devices are lost one after the other: no further object can be made. */
export class NoDevice extends UserError {}

/** What was read of an item: one object, or several. */
export type Task = { readonly job: Job } | { readonly several: SceneJob };

/** What was made of an item. */
type Result =
  | { readonly job: Job; readonly result: Reconstruction }
  | { readonly several: SceneJob; readonly scene: SceneReconstruction };

/** What was made, and how. */
export type Made = Result & {
  readonly engine: ReturnType<Engine['describe']>;
  /** Seconds that the engine took. */
  readonly seconds: number;
};

type Session = Awaited<ReturnType<Engine['open']>>;

export class ObjectMaker {
  private engine: Engine | undefined;
  private session: { photo: Photo; session: Session } | undefined;
  private lastRead: { path: string; photo: Promise<Photo> } | undefined;
  private lastFrames: { path: string; frames: ReturnType<typeof readFrames> } | undefined;

  /** @param weights which weights the engine has */
  constructor(
    private readonly startEngine: () => Promise<Engine>,
    private readonly weights: string,
    private readonly call: CallOptions,
  ) {}

  /** Starts the engine. @throws UserError or WeightsError if it cannot start */
  async start(): Promise<void> {
    this.engine ??= await this.startEngine();
  }

  /** Reads the files of an item. Items of one photo, or of one category of CO3D, that are read one after the other share it. */
  async read({ photo: path, options, stored }: Item): Promise<Task> {
    if (options.co3d !== undefined) {
      if (this.lastFrames?.path !== path) this.lastFrames = { path, frames: readFrames(path) };
      return { job: await readFrameJob(await this.lastFrames.frames, options) };
    }
    if (this.lastRead?.path !== path) this.lastRead = { path, photo: decodePhoto(path) };
    const photo = await this.lastRead.photo;
    return isSeveral(options)
      ? { several: await readSceneJob(photo, options) }
      : { job: await readInputs(photo, options, stored) };
  }

  /**
   * Makes what an item asks for.
   * @throws NoDevice if the device is lost again and again; UserError if none of several objects can be made; otherwise as `reconstruct`
   */
  async make(task: Task, item: Item): Promise<Made> {
    const made = await this.tryToMake(task, item).catch((error: unknown) => {
      throw error instanceof Error && error.name === 'DeviceLostError' ? new NoDevice(error.message) : error;
    });
    const problem = ('scene' in made ? made.scene.objects : [made.result]).find(({ object }) => object.problem)?.object
      .problem;
    if (problem !== undefined) throw new NoDevice(problem);
    return made;
  }

  private async tryToMake(task: Task, item: Item): Promise<Made> {
    this.engine ??= await this.startEngine();
    const { photo } = 'job' in task ? task.job : task.several;
    if (this.session?.photo !== photo) {
      this.session?.session.close();
      this.session = undefined;
      this.session = { photo, session: await this.engine.open(photo) };
    }
    const started = performance.now();
    const result = await this.resultOf(task, item, this.session.session);
    const seconds = (performance.now() - started) / 1000;
    return { ...result, engine: this.engine.describe(), seconds };
  }

  private async resultOf(task: Task, { options }: Item, session: Session): Promise<Result> {
    if ('job' in task) return { job: task.job, result: await session.reconstruct(task.job.asked, this.call) };
    const { requests, notices } = await requestsOf(
      session,
      task.several,
      { ...options, weights: this.weights },
      this.call,
    );
    const scene = await session.objects(requests, task.several.asked, this.call);
    if (scene.stopped.length === 0) expectObjects(scene);
    return { several: { ...task.several, notices: [...task.several.notices, ...notices] }, scene };
  }
}
