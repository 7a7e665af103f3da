/** The steps from a photo to an object, each with the networks that it needs. One call runs at a time. */
import { focalFromFov, focalOf, intrinsicsOf, type CameraOptions, type Focal, type Intrinsics } from '../camera.ts';
import { wordsOf, type Photo } from '../photo.ts';
import { emptyMask, visiblePoints, type Geometry, type PointArrays } from '../points/geometry.ts';
import type { Seen as SeenSquareOfPhoto } from '../points/seenPoints.ts';
import type { Role, SegmentAnswer, SweepName } from '../roles.ts';
import { above, CompletedObject, objectPoints } from './completedObject.ts';
import type { EngineParts } from './engineParts.ts';
import {
  expectCamera,
  expectGeometry,
  expectMask,
  expectObject,
  expectObjectOptions,
  inDecoded,
  type GivenDepth,
  type ObjectOptions,
  type PointMap,
  type PromptOptions,
  type ReconstructOptions,
} from './options.ts';
import type { Stages } from './stages.ts';

/** Depth of a photo. */
export interface Depth extends GivenDepth {
  /** [height, width] of the photo as decoded. */
  readonly meters: Float32Array;
  readonly camera: Intrinsics;
  readonly focal: Focal;
}

/** What the photo shows of the object: the points themselves, and the square around it that the next network looks at. */
export interface Seen extends SeenSquareOfPhoto {
  /** A point for each pixel of the mask that has a depth. */
  readonly cloud: PointArrays;
}

/** The object remembers points above this probability when nobody says otherwise. */
const MIN_THRESHOLD = 0.05;

/**
 * `minThreshold` when nobody says otherwise. From coarse to fine each point above it has its neighbors asked, too, so there
 * it is not far below the threshold.
 */
const lowestKept = (threshold: number, sweep: SweepName = 'full'): number => {
  const lowest = Math.min(threshold, MIN_THRESHOLD);
  return sweep === 'full' ? lowest : Math.max(lowest, threshold / 2);
};

/** The third coordinate of each point. */
const thirdOf = (xyz: Float32Array): Float32Array =>
  Float32Array.from({ length: xyz.length / 3 }, (_, i) => xyz[3 * i + 2]);

/** The steps of one photo, within one call. */
export class PhotoSteps {
  constructor(
    private readonly parts: EngineParts,
    private readonly photo: Photo,
    /** What is known of the photo from earlier calls. */
    private readonly known: { owner: object; meters?: Float32Array },
    private readonly stages: Stages,
  ) {}

  /** @throws PromptError, WeightsError, DeviceError; Canceled */
  async segment(prompt: PromptOptions): Promise<SegmentAnswer> {
    const { photo, stages } = this;
    expectObject(photo, prompt);
    const network = await this.parts.networks.get('segment');
    const options = stages.options('segment', this.titleOf('segment'));
    const { embeddings } = this.parts;
    const known = embeddings.get(this.known.owner);
    // After the encoder, the answer is quick, and its weights are few: it reports nothing of its own.
    if (known) return network.answer(known, inDecoded(photo, prompt), options);
    const embedding = await network.encode(wordsOf(photo), options);
    embeddings.put(this.known.owner, embedding);
    return network.answer(embedding, inDecoded(photo, prompt), {
      signal: stages.signal,
      onProfile: stages.onProfile,
    });
  }

  /**
   * Depth as given (of a point map, the third coordinate), or as the network estimates it, once for a photo.
   * @throws OptionError, ShapeError, LimitError, WeightsError, DeviceError; Canceled
   */
  async depth(options: CameraOptions & Pick<ReconstructOptions, 'depth' | 'pointMap'>): Promise<Depth> {
    const { photo, known } = this;
    expectCamera(options);
    expectGeometry(photo, options);
    const focal = focalOf(photo, options);
    const camera = intrinsicsOf(photo, focal.pixels);
    if (options.pointMap) return { meters: thirdOf(options.pointMap.xyz), camera, focal };
    if (options.depth) return { meters: options.depth, camera, focal };
    const network = await this.parts.networks.get('depth');
    known.meters ??= await network.estimate(wordsOf(photo), this.stages.options('depth', this.titleOf('depth')));
    const { canonicalFov } = network;
    // The canonical camera of arXiv:2307.10984, section 3.2. A copy: callers may send the result away.
    const factor = canonicalFov === undefined ? 1 : focal.pixels / focalFromFov(photo.width, canonicalFov);
    return { meters: factor === 1 ? known.meters.slice() : known.meters.map((v) => factor * v), camera, focal };
  }

  /** @throws PromptError, OptionError, GeometryError, WeightsError, DeviceError; Canceled */
  async points(mask: Uint8Array, depth: GivenDepth | PointMap): Promise<Seen> {
    const { photo, stages } = this;
    if (!mask.some((value) => value !== 0)) throw emptyMask();
    expectMask(photo, mask);
    expectGeometry(photo, 'xyz' in depth ? { pointMap: depth } : { depth: depth.meters });
    const geometry: Geometry =
      'xyz' in depth
        ? { points: depth.xyz }
        : { depth: depth.meters, camera: depth.camera ?? intrinsicsOf(photo, focalOf(photo, {}).pixels) };
    const { sides } = await this.parts.networks.get('complete');
    stages.report('points', 0, 1);
    const square = await this.parts
      .seenPoints(sides)
      .see(wordsOf(photo), new Uint32Array(mask), geometry, stages.options('points'));
    return { ...square, cloud: visiblePoints(wordsOf(photo), mask, geometry) };
  }

  /** An aborted sweep gives what it had found. @throws OptionError, GridError, WeightsError, DeviceError; Canceled before the sweep */
  async complete(seen: Seen | SeenSquareOfPhoto, options: ObjectOptions): Promise<CompletedObject> {
    const { stages } = this;
    const network = await this.parts.networks.get('complete');
    expectObjectOptions(network, options);
    const threshold = options.threshold ?? network.threshold;
    const minThreshold = options.minThreshold ?? lowestKept(threshold, options.sweep);
    const { normalization } = seen;
    const { onPoints } = options;
    const found = await network.complete(
      seen,
      { ...options, threshold: minThreshold },
      {
        signal: stages.signal,
        onProfile: stages.onProfile,
        onUpload: stages.loading(this.titleOf('complete')),
        onEncode: (done) => stages.report('encode', done, 1),
        onCount: (done, total) => stages.report('sweep', done, total, 'points'),
        onPartial:
          onPoints &&
          ((part) => {
            const { xyz, rgb } = above(objectPoints(part, normalization), threshold);
            if (rgb.length > 0) onPoints({ xyz, rgb });
          }),
      },
    );
    return new CompletedObject(
      {
        spacing: found.step * normalization.scale,
        normalization,
        swept: { queries: found.queries, of: found.total },
        partial: found.partial,
        kept: objectPoints(found, normalization),
        minThreshold,
      },
      threshold,
    );
  }

  private titleOf(role: Role): string {
    return this.parts.networks.moduleOf(role).title;
  }
}
