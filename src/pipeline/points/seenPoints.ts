/**
 * From photo, mask and depth to the completer's input: colors and normalized points of a square of the photo.
 * An object as in MCC's released demo (arXiv:2301.08247): statistics of the points in the mask, a margin, a square, two
 * resizes. A scene as in its data set of scenes: the square in the middle, two resizes, the scale of what is left.
 */
import { axisTaps } from '../../kernels/resize/taps.ts';
import { maskBounds, maskedStats, normalizePoints, pointMap, seenColors, seenMap } from '../../graph/ops/points.ts';
import type { PointSource } from '../../graph/ops/points.ts';
import type { PlanInput } from '../../graph/plan.ts';
import type { Shared } from '../../graph/shared.ts';
import { Graph } from '../../graph/record.ts';
import type { RunOptions } from '../../graph/run.ts';
import { intrinsicsArray } from '../camera.ts';
import type { PhotoWords, Size } from '../photo.ts';
import { PlanCache, type Recorded } from '../planCache.ts';
import type { CompleterRole, SeenSquare } from '../roles.ts';
import { maskOf, middleSquare, withMargin, type Crop, type CropBox } from './crop.ts';
import { emptyMask, GeometryError, pointCount, type Geometry } from './geometry.ts';
import { sceneScale, type Normalization } from './normalization.ts';

/** The completer's input, with the crop and the normalization that it was made with. */
export interface SeenCrop extends SeenSquare {
  /** Role of the networks that it is made for. */
  readonly role: CompleterRole;
  readonly crop: Crop;
  readonly normalization: Normalization;
}

/**
 * Sides of the two results, in pixels.
 * as in the released code: colors of an object are resized to 800 first, and MCC resizes them again.
 */
export interface SeenSizes {
  readonly rgb: number;
  readonly xyz: number;
}

/**
 * Share of a scene's point map that must be valid. as in the released code: more than 2000 of 112 x 112 points, else a
 * photo is not used.
 */
const SCENE_SHARE = 2000 / 112 ** 2;

/** Statistics that leave points as they are: mean 0 and scale 1. */
const UNCHANGED = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1);

type Kind = 'depth' | 'points';

interface SourceShape {
  readonly kind: Kind;
  readonly photo: Size;
}

const sourceOf = (graph: Graph, kind: Kind, { width, height }: Size): PointSource => {
  const mask = graph.input('mask', [height, width], 'u32');
  return kind === 'depth'
    ? { mask, depth: graph.input('depth', [height, width]), intrinsics: graph.input('intrinsics', [4]) }
    : { mask, points: graph.input('points', [height, width, 3]) };
};

/**
 * Inputs `mask` u32 [H, W] with `depth` [H, W] and `intrinsics` [4], or with `points` [H, W, 3] -> outputs `stats` [8]
 * of `maskedStats` and `bounds` u32 [5] of `maskBounds`. Taps: points, normalized.
 */
function statisticsGraph({ kind, photo }: SourceShape): Recorded {
  const graph = new Graph();
  const source = sourceOf(graph, kind, photo);
  const stats = maskedStats(source);
  const all = pointMap(source);
  graph.tap('points', all.points);
  graph.tap('normalized', normalizePoints(all, stats));
  return { graph, outputs: { stats, bounds: maskBounds(source.mask) } };
}

/**
 * Inputs of `statisticsGraph`, and `photo` u32 [H, W], `stats` [8], `box` u32 [4] (top, left, height, width), and
 * `rgbTaps` and `xyzTaps` u32 [side, 4], the resize taps of the square -> outputs `rgb`, `xyz`, `valid` of `SeenCrop`.
 * Taps: rgb800, xyz, valid. The graph is separate from `statisticsGraph` because the box determines the taps. The
 * taps are inputs, so that all boxes share one plan.
 */
function seenGraph({ kind, photo, sizes }: SourceShape & { readonly sizes: SeenSizes }): Recorded {
  const graph = new Graph();
  const source = sourceOf(graph, kind, photo);
  const words = graph.input('photo', [photo.height, photo.width], 'u32');
  const box = graph.input('box', [4], 'u32');
  const stats = graph.input('stats', [8]);
  const rgb = seenColors(words, graph.input('rgbTaps', [sizes.rgb, 4], 'u32'), box);
  const { points: xyz, valid } = seenMap(source, stats, graph.input('xyzTaps', [sizes.xyz, 4], 'u32'), box);
  graph.tap('rgb800', rgb);
  graph.tap('xyz', xyz);
  graph.tap('valid', valid);
  return { graph, outputs: { rgb, xyz, valid } };
}

export class SeenPoints {
  private readonly plans: PlanCache;

  constructor(
    shared: Shared,
    private readonly sizes: SeenSizes = { rgb: 800, xyz: 112 },
  ) {
    this.plans = new PlanCache(shared, 4);
  }

  /** Builds the pipelines for a photo whose points come from depth, or from a point map. @throws as `see` */
  async buildAhead(role: CompleterRole, kind: Kind, { height, width }: Size): Promise<void> {
    const source = { kind, photo: { height, width } };
    if (role === 'complete') await this.plans.buildAhead(statisticsGraph, source);
    await this.plans.buildAhead(seenGraph, { ...source, sizes: this.sizes });
  }

  /**
   * Crops and normalizes the colors and points of the object.
   * @param mask u32 [H, W], not 0 on the object
   * @throws GeometryError if the mask is empty or too few of its pixels have a point; ShapeError; Canceled; DeviceError
   */
  async see(photo: PhotoWords, mask: Uint32Array, geometry: Geometry, options: RunOptions = {}): Promise<SeenCrop> {
    const source = sourceShape(photo, geometry);
    const first = await this.plans.get(statisticsGraph, source);
    const { stats, bounds } = await first.run(inputsOf(mask, geometry), { signal: options.signal });
    const [meanX, meanY, meanZ, pointCount, , , , scale] = await stats.read();
    const [top, bottom, left, right, maskCount] = await bounds.read();
    expectPoints(maskCount, pointCount, scale);

    const box = withMargin({ top, bottom, left, right }, photo);
    const { side, validCount, ...square } = await this.square(photo, mask, geometry, { box, stats }, options);
    if (validCount === 0) {
      throw new GeometryError(
        `Of the object's ${pointCount} points none is left on the ${this.sizes.xyz} x ${this.sizes.xyz} map that MCC sees: ` +
          'the object is too small or too ragged.\n  Mark a larger object, or use a photo that shows it larger.',
      );
    }
    const center = [meanX / scale, meanY / scale, meanZ / scale] as const;
    return {
      ...square,
      role: 'complete',
      crop: { box, side, maskCount, pointCount, validCount },
      normalization: { scale, center },
    };
  }

  /**
   * Colors and points of the square in the middle of a photo, scaled for a network that completes scenes. The camera stays
   * at the origin.
   * @throws GeometryError if too few of its pixels have a point; ShapeError; Canceled; DeviceError
   */
  async seeScene(photo: PhotoWords, geometry: Geometry, options: RunOptions = {}): Promise<SeenCrop> {
    const box = middleSquare(photo);
    const mask = Uint32Array.from(maskOf(box, photo));
    const seen = await this.square(photo, mask, geometry, { box, stats: UNCHANGED }, options);
    const { side, validCount, ...square } = seen;
    const all = this.sizes.xyz ** 2;
    if (!(validCount > SCENE_SHARE * all)) {
      throw new GeometryError(
        `Of the scene's ${all} points ${validCount} have a depth; a scene needs more than ${Math.floor(SCENE_SHARE * all)}.\n` +
          '  Check the depth map or point map: depths must be finite and positive.',
      );
    }
    const scale = sceneScale(square.xyz, square.valid);
    if (!(scale > 0)) {
      throw new GeometryError(
        `All ${validCount} points of the scene lie in one place, so it has no size.\n  Check the depth map or point map.`,
      );
    }
    return {
      ...square,
      role: 'scene',
      xyz: square.xyz.map((v, k) => (square.valid[Math.floor(k / 3)] ? v / scale : v)),
      crop: { box, side, maskCount: side * side, pointCount: pointCount(photo, mask, geometry), validCount },
      normalization: { scale, center: [0, 0, 0] },
    };
  }

  /** Colors and points of a box of the photo, padded to a square and resized. @param stats what points are normalized with */
  private async square(
    photo: PhotoWords,
    mask: Uint32Array,
    geometry: Geometry,
    { box, stats }: { readonly box: CropBox; readonly stats: PlanInput },
    options: RunOptions,
  ): Promise<SeenSquare & { readonly side: number; readonly validCount: number }> {
    const [height, width] = [box.bottom - box.top, box.right - box.left];
    const side = Math.max(height, width);
    const plan = await this.plans.get(seenGraph, { ...sourceShape(photo, geometry), sizes: this.sizes });
    const { rgb, xyz, valid } = await plan.run(
      {
        ...inputsOf(mask, geometry),
        photo: photo.words,
        stats,
        box: Uint32Array.of(box.top, box.left, height, width),
        rgbTaps: tapsOf(side, this.sizes.rgb),
        xyzTaps: tapsOf(side, this.sizes.xyz),
      },
      options,
    );
    const flags = (await valid.read()) as Uint32Array;
    return {
      rgb: (await rgb.read()) as Float32Array,
      xyz: (await xyz.read()) as Float32Array,
      valid: flags,
      side,
      validCount: flags.filter((flag) => flag === 1).length,
    };
  }

  /** Frees the plans. */
  dispose(): Promise<void> {
    return this.plans.dispose();
  }
}

const sourceShape = ({ height, width }: Size, geometry: Geometry): SourceShape => ({
  kind: 'depth' in geometry ? 'depth' : 'points',
  photo: { height, width },
});

/** The inputs of the photo's points. */
const inputsOf = (mask: Uint32Array, geometry: Geometry): Record<string, PlanInput> =>
  'depth' in geometry
    ? { mask, depth: geometry.depth, intrinsics: intrinsicsArray(geometry.camera) }
    : { mask, points: geometry.points };

/** @throws GeometryError if the mask is empty, or its points have no extent */
function expectPoints(maskCount: number, pointCount: number, scale: number): void {
  if (maskCount === 0) throw emptyMask();
  if (pointCount < 2) {
    throw new GeometryError(
      `Of the mask's ${maskCount} pixels ${pointCount} have a depth; at least 2 are needed to tell the object's size.\n` +
        '  Mark a larger object, or check the depth map or point map: depths must be finite and positive.',
    );
  }
  if (!(scale > 0)) {
    throw new GeometryError(
      `All ${pointCount} points of the object lie in one place, so it has no size.\n  Check the depth map or point map.`,
    );
  }
}

/** Bilinear taps of one axis, u32 [to, 4]. */
const tapsOf = (from: number, to: number): Uint32Array =>
  axisTaps({ mode: 'bilinear', alignCorners: false, from, to }).table;
