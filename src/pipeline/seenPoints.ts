/**
 * From photo, mask and depth to what MCC looks at: colors and normalized points of a square around the object.
 * As in MCC's released demo (arXiv:2301.08247): statistics over the whole mask, a margin, a square, two resizes.
 */
import { axisTaps } from '../kernels/resize/taps.ts';
import { maskBounds, maskedStats, normalizePoints, pointMap, seenColors, seenMap } from '../graph/ops/points.ts';
import type { PointSource } from '../graph/ops/points.ts';
import type { PlanInput } from '../graph/plan.ts';
import type { Shared } from '../graph/shared.ts';
import { Graph } from '../graph/record.ts';
import type { RunOptions } from '../graph/run.ts';
import type { DeviceTensor } from '../graph/transfer.ts';
import { intrinsicsArray, type Intrinsics } from './camera.ts';
import type { PhotoWords, Size } from './photo.ts';
import { PlanCache, type Recorded } from './planCache.ts';

/** The mask or the depth leave nothing to work with. */
export class GeometryError extends Error {
  override name = 'GeometryError';
}

/** Where points come from: depth [H, W] in meters and a camera, or a map of points [H, W, 3], NaN where there is none. */
export type Geometry = { readonly depth: PlanInput; readonly camera: Intrinsics } | { readonly points: Float32Array };

/** Rows [top, bottom) and columns [left, right) of the photo. */
export interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The object's own frame: x_object = x_camera / scale - center. */
export interface Normalization {
  /** Mean over the axes of the standard deviation of the seen points, in meters. */
  readonly scale: number;
  /** Mean of the seen points, after the scaling. */
  readonly center: readonly [number, number, number];
}

/** What MCC sees. The tensors stay valid until the next call of `see`. */
export interface Seen {
  /** [1, rgb, rgb, 3] in 0..1. */
  readonly rgb: DeviceTensor;
  /** [1, xyz, xyz, 3] in the object's frame, -100 where not valid. */
  readonly xyz: DeviceTensor;
  /** u32 [1, xyz, xyz], 0 or 1. */
  readonly valid: DeviceTensor;
  /** Valid points in `xyz`. */
  readonly validCount: number;
  /** The mask's rectangle and a margin, inside the photo. */
  readonly box: Box;
  /** Side of the square that the box is padded to, right or below. */
  readonly side: number;
  /** Pixels of the mask. */
  readonly maskCount: number;
  /** Pixels of the mask that have a point. */
  readonly pointCount: number;
  readonly normalization: Normalization;
}

/** Sides of the two results. as in the released code: colors go through 800, whatever MCC then makes of them. */
export interface SeenSizes {
  readonly rgb: number;
  readonly xyz: number;
}

/** Pixels around the mask that belong to the crop. */
const MARGIN = 40;

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
 * Inputs mask u32 [H, W] with depth [H, W] and intrinsics [4], or with points [H, W, 3] -> outputs `stats` [8] of
 * `maskedStats` and `bounds` [5] of `maskBounds`. Taps: points, normalized.
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
 * Inputs as `statisticsGraph`, and photo u32 [H, W], stats [8], box u32 [4] (top, left, height, width) and the taps of the
 * square's side, u32 [size, 4] each -> outputs rgb, xyz, valid of `Seen`. Taps: rgb800, xyz, valid. Cut off from the
 * statistics because the box decides the taps; being inputs, they leave the plan the same for every box.
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

  /**
   * @param mask u32 [H, W], not 0 inside the object
   * @throws GeometryError if the mask is empty or too few of its pixels have a point; ShapeError; Canceled; DeviceError
   */
  async see(photo: PhotoWords, mask: PlanInput, geometry: Geometry, options: RunOptions = {}): Promise<Seen> {
    const kind: Kind = 'depth' in geometry ? 'depth' : 'points';
    const inputs: Record<string, PlanInput> =
      'depth' in geometry
        ? { mask, depth: geometry.depth, intrinsics: intrinsicsArray(geometry.camera) }
        : { mask, points: geometry.points };
    const { signal } = options;
    const source = { kind, photo: { height: photo.height, width: photo.width } };

    const first = await this.plans.get(statisticsGraph, source);
    const { stats, bounds } = await first.run(inputs, { signal });
    const [meanX, meanY, meanZ, pointCount, , , , scale] = await stats.read();
    const [top, bottom, left, right, maskCount] = await bounds.read();
    expectPoints(maskCount, pointCount, scale);

    const box = withMargin({ top, bottom, left, right }, photo);
    const [boxHeight, boxWidth] = [box.bottom - box.top, box.right - box.left];
    const side = Math.max(boxHeight, boxWidth);
    const second = await this.plans.get(seenGraph, { ...source, sizes: this.sizes });
    const { rgb, xyz, valid } = await second.run(
      {
        ...inputs,
        photo: photo.words,
        stats,
        box: Uint32Array.of(box.top, box.left, boxHeight, boxWidth),
        rgbTaps: tapsOf(side, this.sizes.rgb),
        xyzTaps: tapsOf(side, this.sizes.xyz),
      },
      options,
    );
    const validCount = (await valid.read()).filter((flag) => flag === 1).length;
    if (validCount === 0) {
      throw new GeometryError(
        `Of the object's ${pointCount} points none is left on the ${this.sizes.xyz} x ${this.sizes.xyz} map that MCC sees: ` +
          'it is too small or too ragged.\n  Mark a larger object, or use a photo that shows it larger.',
      );
    }
    const center = [meanX / scale, meanY / scale, meanZ / scale] as const;
    return { rgb, xyz, valid, validCount, box, side, maskCount, pointCount, normalization: { scale, center } };
  }

  /** Frees the plans. Their results are gone. */
  dispose(): Promise<void> {
    return this.plans.dispose();
  }
}

export const emptyMask = (): GeometryError =>
  new GeometryError('The mask is empty: no pixel belongs to the object.\n  Choose another box, point or mask.');

/** @throws GeometryError if there is nothing to normalize */
function expectPoints(maskCount: number, pointCount: number, scale: number): void {
  if (maskCount === 0) throw emptyMask();
  if (pointCount < 2) {
    throw new GeometryError(
      `Of the mask's ${maskCount} pixels ${pointCount} have a depth; at least 2 are needed to know the object's size.\n` +
        '  Mark a larger object, or check the depth map or point map: depths must be finite and positive.',
    );
  }
  if (!(scale > 0)) {
    throw new GeometryError(
      `All ${pointCount} points of the object lie in one place, so it has no size.\n  Check the depth map or point map.`,
    );
  }
}

const withMargin = (mask: Box, photo: Size): Box => ({
  top: Math.max(mask.top - MARGIN, 0),
  bottom: Math.min(mask.bottom + MARGIN, photo.height),
  left: Math.max(mask.left - MARGIN, 0),
  right: Math.min(mask.right + MARGIN, photo.width),
});

const tapsOf = (from: number, to: number): Uint32Array =>
  axisTaps({ mode: 'bilinear', alignCorners: false, from, to }).table;

/**
 * The inverse of the normalization: points [n, 3] of the object's frame -> the photo's camera frame, in meters (or in
 * the unit of the point map): x right, y down, z forward.
 */
export function toCamera(xyz: Float32Array, { scale, center }: Normalization): Float32Array {
  return xyz.map((v, k) => (v + center[k % 3]) * scale);
}

/** Colored points, as files take them. */
export interface SeenCloud {
  /** [n, 3] in the photo's camera frame. */
  readonly xyz: Float32Array;
  /** [n, 3] sRGB bytes. */
  readonly rgb: Uint8Array;
}

/**
 * The points that the photo itself shows of the object, pixel by pixel: computed on the host, in float64, rounded once.
 * @param mask not 0 inside the object, [H, W]
 * @param geometry as for `see`, with host values
 */
export function seenCloud(
  photo: PhotoWords,
  mask: ArrayLike<number>,
  geometry: { readonly depth: Float32Array; readonly camera: Intrinsics } | { readonly points: Float32Array },
): SeenCloud {
  const { width, words } = photo;
  // Room for every pixel of the mask; a photo has millions, so lists of numbers would not do.
  let room = 0;
  for (let i = 0; i < words.length; i++) if (mask[i]) room++;
  const xyz = new Float32Array(3 * room);
  const rgb = new Uint8Array(3 * room);
  let at = 0;
  for (let i = 0; i < words.length; i++) {
    if (!mask[i] || !setPoint(xyz, at, i, width, geometry)) continue;
    rgb[at] = words[i];
    rgb[at + 1] = words[i] >>> 8;
    rgb[at + 2] = words[i] >>> 16;
    at += 3;
  }
  return { xyz: xyz.slice(0, at), rgb: rgb.slice(0, at) };
}

type HostGeometry = Parameters<typeof seenCloud>[2];

/** Writes the point of pixel i to xyz[at ...]. @returns false if it has none */
function setPoint(xyz: Float32Array, at: number, i: number, width: number, geometry: HostGeometry): boolean {
  if ('points' in geometry) {
    const point = geometry.points.subarray(3 * i, 3 * i + 3);
    xyz.set(point, at);
    return point.every(Number.isFinite);
  }
  const { depth, camera } = geometry;
  const d = depth[i];
  xyz[at] = (((i % width) - camera.cx) / camera.fx) * d;
  xyz[at + 1] = ((Math.floor(i / width) - camera.cy) / camera.fy) * d;
  xyz[at + 2] = d;
  return d > 0 && d < Infinity;
}
