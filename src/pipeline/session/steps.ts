/** The steps from a photo to an object, with their networks. One call runs at a time. */
import { focalFromFov, focalOf, intrinsicsOf, type CameraOptions, type Focal, type Intrinsics } from '../camera.ts';
import type { ColoredPoints } from '../coloredPoints.ts';
import { DEFAULT_SWEEP, DEFAULT_TEXTURE } from '../defaults.ts';
import { DeviceLostError } from '../deviceLost.ts';
import { findEverything } from '../everything/everything.ts';
import type { FoundMask } from '../everything/foundMask.ts';
import { everythingSettings, type EverythingOptions } from '../everything/options.ts';
import { wordsOf, type Photo } from '../photo.ts';
import { maskOf } from '../points/crop.ts';
import { emptyMask, visiblePoints, type Geometry } from '../points/geometry.ts';
import type { SeenCrop } from '../points/seenPoints.ts';
import { OptionError } from '../optionError.ts';
import { buildSheetAhead } from '../render/mesh.ts';
import type {
  CompleterRole,
  Completion,
  Embedding,
  GridPoints,
  Role,
  SegmentAnswer,
  SweepMemory,
  SweepName,
} from '../roles.ts';
import { above, CompletedObject, objectPoints } from './completedObject.ts';
import type { EngineParts } from './engineParts.ts';
import {
  expectCamera,
  expectGeometry,
  expectMeshOptions,
  expectMask,
  expectObject,
  expectObjectOptions,
  inDecoded,
  type GivenDepth,
  type MeshOptions,
  type ObjectOptions,
  type PointMap,
  type PromptOptions,
  type ReconstructOptions,
} from './options.ts';
import { meshOf, type ObjectMesh, type SeenObject } from './objectMesh.ts';
import type { Stages } from './stages.ts';

/** Depth of a photo, and its camera. */
export interface Depth extends GivenDepth {
  /** [height, width] of the decoded photo, in meters along the optical axis; NaN where unknown. */
  readonly meters: Float32Array;
  readonly camera: Intrinsics;
  readonly estimated: boolean;
  /** Focal length of the camera, and where it comes from. */
  readonly focal: Focal;
}

/** The visible part of the object: its points, and the square around it that is the completer's input. */
export interface Seen extends SeenCrop {
  /** One point for each pixel of the mask that has a depth, in meters in the camera's frame. */
  readonly cloud: ColoredPoints;
}

/** Role of the network that completes what is asked for. */
export const completerRole = ({ scene }: Pick<ReconstructOptions, 'scene'>): CompleterRole =>
  scene ? 'scene' : 'complete';

/** Default of `ObjectOptions.minThreshold` for full sweeps. */
const MIN_THRESHOLD = 0.05;

/**
 * The default of `minThreshold`. From coarse to fine, all points near those above it are queried, so a lower one than
 * the threshold costs; in a full sweep it is free.
 */
export const lowestKept = (threshold: number, sweep: SweepName = DEFAULT_SWEEP): number => {
  return sweep === 'full' ? Math.min(threshold, MIN_THRESHOLD) : threshold;
};

/** The z coordinates of points [n, 3]. */
const zOf = (xyz: Float32Array): Float32Array =>
  Float32Array.from({ length: xyz.length / 3 }, (_, i) => xyz[3 * i + 2]);

/** The steps of one photo, within one call. */
export class PhotoSteps {
  constructor(
    private readonly parts: EngineParts,
    private readonly photo: Photo,
    /** State of the session: the owner of its embedding, and the depth of an earlier call. */
    private readonly known: { owner: object; meters?: Float32Array },
    private readonly stages: Stages,
  ) {}

  /** Whether the caller has stopped the call. */
  get isStopped(): boolean {
    return this.stages.signal?.aborted ?? false;
  }

  /**
   * Builds the pipelines of the whole chain, in the order in which it needs them. It runs beside the chain, so that the
   * pipelines of a network are built while earlier networks run.
   * @throws as the steps of the chain
   */
  async buildAhead(options: ReconstructOptions): Promise<void> {
    const { photo, parts, known } = this;
    const { networks } = parts;
    const { mask, scene } = options;
    if (!mask && !scene && !parts.embeddings.get(known.owner)) {
      await networks.blank('segment').buildAhead?.(photo, inDecoded(photo, options));
    }
    if (!options.pointMap && !options.depth && !known.meters) await networks.blank('depth').buildAhead?.(photo);
    const role = completerRole(options);
    const completer = networks.blank(role);
    await parts.seenPoints(completer.sides).buildAhead(role, options.pointMap ? 'points' : 'depth', photo);
    await completer.buildAhead?.(options);
    const { texture = DEFAULT_TEXTURE } = options;
    if (!scene && options.mesh !== false && options.render !== false) await buildSheetAhead(parts.shared, texture > 0);
  }

  /**
   * Encodes the photo, unless its embedding is cached.
   * @throws PromptError if the photo is too narrow; WeightsError, DeviceError; Canceled
   */
  encode(): Promise<Embedding> {
    return this.step('the photo is encoded again', () => this.embedding());
  }

  private async embedding(): Promise<Embedding> {
    const { embeddings, networks } = this.parts;
    const known = embeddings.get(this.known.owner);
    if (known) return known;
    const network = await networks.get('segment');
    const options = this.stages.options('segment', this.titleOf('segment'));
    const embedding = await network.encode(wordsOf(this.photo), options);
    embeddings.put(this.known.owner, embedding);
    return embedding;
  }

  /**
   * Encodes the photo, unless its embedding is cached, and decodes a prompt.
   * @throws PromptError, WeightsError, DeviceError; Canceled
   */
  async segment(prompt: PromptOptions): Promise<SegmentAnswer> {
    const { photo, stages } = this;
    expectObject(photo, prompt);
    // After the encoder, the answer is quick, and its weights are few: it reports nothing of its own.
    const { signal, onProfile } = stages;
    return this.step('the photo is segmented again', async () => {
      const network = await this.parts.networks.get('segment');
      return network.answer(await this.embedding(), inDecoded(photo, prompt), { signal, onProfile });
    });
  }

  /**
   * All masks of the photo. Its embedding is reused.
   * @throws OptionError, PromptError, WeightsError, DeviceError, LimitError; Canceled
   */
  async everything(options: EverythingOptions): Promise<FoundMask[]> {
    const { photo, stages } = this;
    everythingSettings(options);
    const { signal, onProfile } = stages;
    return this.step('the masks are searched again', async () => {
      const segmenter = await this.parts.networks.get('segment');
      const embedding = await this.embedding();
      return findEverything(
        // Crops are part of the search: they report nothing of their own.
        { segmenter, embedding, encode: (crop) => segmenter.encode(crop, { signal, onProfile }) },
        wordsOf(photo),
        options,
        { signal, onProfile, onCount: (done, total) => stages.report('masks', done, total, 'points') },
      );
    });
  }

  /**
   * Depth from the caller (for a point map, its z coordinates), else from the network, which runs once for a photo.
   * @throws OptionError, ShapeError, LimitError, WeightsError, DeviceError; Canceled
   */
  async depth(options: CameraOptions & Pick<ReconstructOptions, 'depth' | 'estimated' | 'pointMap'>): Promise<Depth> {
    const { photo, known } = this;
    expectCamera(options);
    expectGeometry(photo, options);
    const focal = focalOf(photo, options);
    const camera = options.camera ?? intrinsicsOf(photo, focal.pixels);
    const { pointMap, depth: given, estimated = false } = options;
    if (pointMap) return { meters: zOf(pointMap.xyz), camera, estimated: pointMap.estimated ?? false, focal };
    if (given) return { meters: given, camera, estimated, focal };
    const canonicalFov = await this.step('the depth is estimated again', async () => {
      const network = await this.parts.networks.get('depth');
      known.meters ??= await network.estimate(wordsOf(photo), this.stages.options('depth', this.titleOf('depth')));
      return network.canonicalFov;
    });
    // The canonical camera of arXiv:2307.10984, section 3.2. The result is a copy, because callers may transfer it to a
    // worker.
    const factor = canonicalFov === undefined ? 1 : focal.pixels / focalFromFov(photo.width, canonicalFov);
    const meters = known.meters!;
    const scaled = factor === 1 ? meters.slice() : meters.map((v) => factor * v);
    return { meters: scaled, camera, estimated: true, focal };
  }

  /**
   * Points of the object, and the completer's input.
   * @throws PromptError, OptionError, GeometryError, WeightsError, DeviceError; Canceled
   */
  async points(mask: Uint8Array, depth: GivenDepth | PointMap): Promise<Seen> {
    const { photo, stages } = this;
    if (!mask.some((value) => value !== 0)) throw emptyMask();
    expectMask(photo, mask);
    const geometry = this.geometryOf(depth);
    const square = await this.step('the visible points are found again', async () => {
      const { sides } = await this.parts.networks.get('complete');
      stages.report('points', 0, 1);
      const seenPoints = this.parts.seenPoints(sides);
      return seenPoints.see(wordsOf(photo), new Uint32Array(mask), geometry, stages.options('points'));
    });
    return { ...square, cloud: visiblePoints(wordsOf(photo), mask, geometry) };
  }

  /**
   * Points of the scene, and the input of its completer: the square in the middle of the photo.
   * @throws OptionError, GeometryError, WeightsError, DeviceError; Canceled
   */
  async scenePoints(depth: GivenDepth | PointMap): Promise<Seen> {
    const { photo, stages } = this;
    const geometry = this.geometryOf(depth);
    const square = await this.step('the visible points are found again', async () => {
      const { sides } = await this.parts.networks.get('scene');
      stages.report('points', 0, 1);
      return this.parts.seenPoints(sides).seeScene(wordsOf(photo), geometry, stages.options('points'));
    });
    return { ...square, cloud: visiblePoints(wordsOf(photo), this.maskOf(square), geometry) };
  }

  /** The pixels that a completer is shown, as a mask [height, width] of the decoded photo. */
  maskOf({ crop }: SeenCrop): Uint8Array {
    return maskOf(crop.box, this.photo);
  }

  /**
   * Queries the grid. A sweep that is stopped returns a partial object, and so does one whose device was lost again and again.
   * @throws OptionError, GridError, WeightsError, DeviceError; Canceled before the sweep
   */
  async complete(seen: Seen | SeenCrop, options: ObjectOptions): Promise<CompletedObject> {
    const { role, normalization } = seen;
    const network = this.parts.networks.blank(role);
    expectObjectOptions(network, options);
    const threshold = options.threshold ?? network.threshold;
    const minThreshold = options.minThreshold ?? lowestKept(threshold, options.sweep);
    const { found, problem } = await this.swept(seen, { ...options, threshold: minThreshold }, (part) => {
      const { xyz, rgb } = above(objectPoints(part, normalization), threshold);
      if (rgb.length > 0) options.onPoints?.({ xyz, rgb });
    });
    return new CompletedObject(
      {
        role,
        spacing: found.step * normalization.scale,
        normalization,
        field: found.field,
        swept: { queries: found.queries, of: found.total },
        partial: found.partial,
        ...(problem !== undefined && { problem }),
        kept: objectPoints(found, normalization),
        minThreshold,
      },
      threshold,
    );
  }

  /** Encodes and sweeps, through losses of the device. What the sweep has found is on the host, so it goes on from there. */
  private async swept(
    seen: Seen | SeenCrop,
    options: ObjectOptions,
    onPartial: (part: GridPoints) => void,
  ): Promise<{ found: Completion; problem?: string }> {
    const { stages } = this;
    const { recovery } = this.parts;
    const memory: SweepMemory = {};
    const goesOn = (): string =>
      memory.soFar?.queries
        ? `the sweep goes on after ${memory.soFar.queries} points`
        : 'the visible points are encoded again';
    try {
      const found = await recovery.step(stages, goesOn, async () => {
        const network = await this.parts.networks.get(seen.role);
        return network.complete(seen, options, {
          signal: stages.signal,
          onProfile: stages.onProfile,
          onUpload: stages.loading(this.titleOf(seen.role)),
          onEncode: (done) => stages.report('encode', done, 1),
          onCount: (done, total) => {
            recovery.advanced();
            stages.report('sweep', done, total, 'points');
          },
          onPartial: options.onPoints && onPartial,
          memory,
        });
      });
      return { found };
    } catch (error) {
      const { soFar } = memory;
      if (!soFar || soFar.queries === 0) throw error;
      if (error instanceof DeviceLostError) return { found: soFar.completion(), problem: error.message };
      if (!this.isStopped) throw error;
      return { found: soFar.completion() };
    }
  }

  /**
   * The object's mesh; undefined if the object has no points, or they enclose nothing.
   * @throws OptionError, also for a scene; PromptError; RangeError if the texture is too small for a mesh in many pieces; Canceled
   */
  async mesh(object: CompletedObject, seen: SeenObject, options: MeshOptions): Promise<ObjectMesh | undefined> {
    const { photo, stages } = this;
    const { mask, depth } = seen;
    if (object.role === 'scene') {
      throw new OptionError('A scene has no mesh: its points enclose no inside. Save its points instead.');
    }
    expectMeshOptions(options);
    expectMask(photo, mask);
    expectGeometry(photo, 'xyz' in depth ? { pointMap: depth } : { depth: depth.meters });
    const report = (done: number): void => stages.report('mesh', done, 1);
    report(0);
    return meshOf(photo, object, seen, options, { signal: stages.signal, report });
  }

  private step<T>(goesOn: string, work: () => Promise<T>): Promise<T> {
    return this.parts.recovery.step(this.stages, () => goesOn, work);
  }

  /** @throws OptionError unless depth or point map have the photo's size */
  private geometryOf(depth: GivenDepth | PointMap): Geometry {
    const { photo } = this;
    expectGeometry(photo, 'xyz' in depth ? { pointMap: depth } : { depth: depth.meters });
    return 'xyz' in depth
      ? { points: depth.xyz }
      : { depth: depth.meters, camera: depth.camera ?? intrinsicsOf(photo, focalOf(photo, {}).pixels) };
  }

  private titleOf(role: Role): string {
    return this.parts.networks.moduleOf(role).title;
  }
}
