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

/** Devices that are lost one after the other, after which the batch stops. */
const MOST_LOSSES = 3;

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
  private losses = 0;

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
   * Makes an object. When the device is lost, on a new one.
   * @throws UserError if devices are lost again and again; otherwise as `reconstruct`
   */
  async make(job: Job): Promise<Made> {
    for (;;) {
      try {
        const made = await this.tryToMake(job);
        this.losses = 0;
        return made;
      } catch (error) {
        if (!isLoss(error)) throw error;
        this.losses++;
        this.forget();
        if (this.losses === MOST_LOSSES) {
          throw new UserError(`The device was lost ${MOST_LOSSES} times in a row. ${error.message}`, { cause: error });
        }
      }
    }
  }

  /** Lets go of the engine, which is somebody else's to dispose; `make` would start another one. */
  private forget(): void {
    this.session = undefined;
    this.engine = undefined;
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

const isLoss = (error: unknown): error is Error => error instanceof Error && error.name === 'DeviceError';
