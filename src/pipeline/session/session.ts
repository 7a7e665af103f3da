/** One photo: what is known of it, and what can be asked about it. */
import type { CameraOptions } from '../camera.ts';
import type { Photo } from '../photo.ts';
import { renderSheet, type Sheet } from '../render/sheet.ts';
import type { SegmentAnswer } from '../roles.ts';
import type { CompletedObject } from './completedObject.ts';
import type { EngineParts } from './engineParts.ts';
import {
  expectCamera,
  expectGeometry,
  expectObject,
  expectObjectOptions,
  expectPhoto,
  type GivenDepth,
  type ObjectOptions,
  type PointMap,
  type PromptOptions,
  type ReconstructOptions,
} from './options.ts';
import { photoTo3d, type ChainResult } from './photoTo3d.ts';
import type { CallOptions, Stages } from './stages.ts';
import { PhotoSteps, type Depth, type Seen } from './steps.ts';

export interface Reconstruction extends ChainResult {
  /** The object from a few sides; undefined if it was not asked for, or there is no point to draw. */
  readonly preview?: Sheet;
  /** Seconds of each stage, loading of weights apart. */
  readonly seconds: Readonly<Record<string, number>>;
}

/**
 * A photo that is open. It is encoded once, on the first prompt; depth is estimated once.
 * All results are plain typed arrays and numbers: `structuredClone` works, so they may cross to a worker and back.
 * Calls of one engine wait for one another.
 */
export class Session {
  private readonly known: { owner: object; meters?: Float32Array } = { owner: this };
  private closed = false;

  /** @throws OptionError if the photo does not hold what it says */
  constructor(
    private readonly parts: EngineParts,
    readonly photo: Photo,
  ) {
    expectPhoto(photo);
  }

  /**
   * The masks that a prompt may mean, best first. The photo is encoded on first use.
   * @throws PromptError, WeightsError, DeviceError; an AbortError when stopped
   */
  segment(prompt: PromptOptions, call: CallOptions = {}): Promise<SegmentAnswer> {
    return this.steps(call, (steps) => steps.segment(prompt));
  }

  /**
   * Depth of every pixel in meters. The camera matters to the points, and to weights with a canonical field of view.
   * @throws OptionError, ShapeError, LimitError, WeightsError, DeviceError; an AbortError when stopped
   */
  depth(camera: CameraOptions = {}, call: CallOptions = {}): Promise<Depth> {
    return this.steps(call, (steps) => steps.depth({ focal: camera.focal, fov: camera.fov }));
  }

  /**
   * The points of the object that the photo shows.
   * @param mask [height, width], not 0 on the object
   * @param depth of this session, or given: depth, or a map of points
   * @throws PromptError, OptionError, GeometryError, WeightsError, DeviceError; an AbortError when stopped
   */
  points(mask: Uint8Array, depth: GivenDepth | PointMap, call: CallOptions = {}): Promise<Seen> {
    return this.steps(call, (steps) => steps.points(mask, depth));
  }

  /**
   * The whole object. A sweep that is stopped gives what it had found, marked as partial.
   * @throws OptionError, GridError, WeightsError, DeviceError; an AbortError when stopped before the sweep
   */
  complete(seen: Seen, options: ObjectOptions = {}, call: CallOptions = {}): Promise<CompletedObject> {
    return this.steps(call, (steps) => steps.complete(seen, options));
  }

  /**
   * All of it: segment, depth, points, complete, and a preview. What was asked of this session before is not computed again.
   * @throws as the steps
   */
  reconstruct(options: ReconstructOptions, call: CallOptions = {}): Promise<Reconstruction> {
    return this.steps(call, async (steps, stages) => {
      await this.expectOptions(options);
      const chain = await photoTo3d(steps, options);
      const preview = options.render === false ? undefined : await this.preview(chain.object, stages);
      stages.end();
      return { ...chain, preview, seconds: { ...stages.seconds } };
    });
  }

  /** Frees what the device holds for this photo, after the calls that were made before. Later calls throw. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const release = (): Promise<void> => {
      this.parts.embeddings.release(this);
      this.known.meters = undefined;
      return Promise.resolve();
    };
    // Without a device there is nothing to free.
    this.parts.exclusive({}, release).catch(() => undefined);
  }

  /** Everything is checked before the first network works for minutes. */
  private async expectOptions(options: ReconstructOptions): Promise<void> {
    const { photo } = this;
    expectObject(photo, options);
    expectCamera(options);
    expectGeometry(photo, options);
    expectObjectOptions(await this.parts.networks.get('complete'), options);
  }

  private async preview(object: CompletedObject, stages: Stages): Promise<Sheet | undefined> {
    if (object.rgb.length === 0) return undefined;
    const { onProfile } = stages;
    // Without the signal: what a stopped sweep has found is drawn all the same.
    const onProgress = (done: number): void => stages.report('render', done, 1);
    onProgress(0);
    return renderSheet(this.parts.shared, object, { onProfile, onProgress });
  }

  private steps<T>(call: CallOptions, work: (steps: PhotoSteps, stages: Stages) => Promise<T>): Promise<T> {
    if (this.closed) {
      return Promise.reject(new Error('This session is closed. Open the photo again: engine.open(photo).'));
    }
    return this.parts.exclusive(call, (stages) =>
      work(new PhotoSteps(this.parts, this.photo, this.known, stages), stages),
    );
  }
}
