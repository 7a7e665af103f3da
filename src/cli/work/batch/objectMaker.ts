/** Makes the objects of a batch with one engine, and with one session for objects of one photo that follow each other. */
import { performance } from 'node:perf_hooks';
import { readFrames } from '../../../host/node/co3dFrame.ts';
import { decodePhoto } from '../../../host/node/image.ts';
import { UserError } from '../../../host/errors.ts';
import type { Photo } from '../../../pipeline/photo.ts';
import type { Reconstruction } from '../../../pipeline/session/session.ts';
import type { CallOptions } from '../../../pipeline/session/stages.ts';
import type { Engine } from '../../context.ts';
import { type Job, readFrameJob, readInputs } from '../job.ts';
import type { Item } from './item.ts';

/** Devices are lost one after the other: no further object can be made. */
export class NoDevice extends UserError {}

/** An object with what it was made from. */
export interface Made {
  readonly job: Job;
  readonly result: Reconstruction;
  readonly engine: ReturnType<Engine['describe']>;
  /** Seconds that the engine took. */
  readonly seconds: number;
}

type Session = ReturnType<Engine['open']> extends Promise<infer S> ? S : never;

export class ObjectMaker {
  private engine: Engine | undefined;
  private session: { photo: Photo; session: Session } | undefined;
  private lastRead: { path: string; photo: Promise<Photo> } | undefined;
  private lastFrames: { path: string; frames: ReturnType<typeof readFrames> } | undefined;

  constructor(
    private readonly startEngine: () => Promise<Engine>,
    private readonly call: CallOptions,
  ) {}

  /** Starts the engine. @throws UserError or WeightsError if it cannot start */
  async start(): Promise<void> {
    this.engine ??= await this.startEngine();
  }

  /** Reads the files of an object. Objects of one photo, or of one category of CO3D, that are read one after the other share it. */
  async read({ photo: path, options, stored }: Item): Promise<Job> {
    if (options.co3d !== undefined) {
      if (this.lastFrames?.path !== path) this.lastFrames = { path, frames: readFrames(path) };
      return readFrameJob(await this.lastFrames.frames, options);
    }
    if (this.lastRead?.path !== path) this.lastRead = { path, photo: decodePhoto(path) };
    return readInputs(await this.lastRead.photo, options, stored);
  }

  /**
   * Makes an object.
   * @throws NoDevice if the device is lost again and again; otherwise as `reconstruct`
   */
  async make(job: Job): Promise<Made> {
    const made = await this.tryToMake(job).catch((error: unknown) => {
      throw error instanceof Error && error.name === 'DeviceLostError' ? new NoDevice(error.message) : error;
    });
    const { problem } = made.result.object;
    if (problem !== undefined) throw new NoDevice(problem);
    return made;
  }

  private async tryToMake(job: Job): Promise<Made> {
    this.engine ??= await this.startEngine();
    if (this.session?.photo !== job.photo) {
      this.session?.session.close();
      this.session = undefined;
      this.session = { photo: job.photo, session: await this.engine.open(job.photo) };
    }
    const started = performance.now();
    const result = await this.session.session.reconstruct(job.asked, this.call);
    const seconds = (performance.now() - started) / 1000;
    return { job, result, engine: this.engine.describe(), seconds };
  }
}
