/** A picture of the object from a few sides, on one sheet. */
import { vec3 } from 'gl-matrix';
import type { View } from '../kernels/renderPoints/renderPoints.ts';
import { renderPoints } from '../graph/ops/points.ts';
import { compile } from '../graph/plan.ts';
import type { Shared } from '../graph/shared.ts';
import { Graph } from '../graph/record.ts';
import type { RunOptions } from '../graph/run.ts';
import { orbitView } from './camera.ts';

/** Points to be drawn: x right, y down, z away from the photo's camera, in any unit. */
export interface Cloud {
  /** [n, 3] */
  readonly xyz: Float32Array;
  /** [n, 3] sRGB bytes. */
  readonly rgb: Uint8Array;
  /** Distance of neighboring points, where it is known; else it is measured. */
  readonly spacing?: number;
}

export interface Sheet {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] sRGB bytes. */
  readonly rgba: Uint8Array;
}

/** Vertical field of view of the cameras, in degrees. */
const FOV = 28;
/** The frame in sizes of the object. */
const MARGIN = 1.06;
/** Splats reach a little beyond the neighbors, which closes surfaces; their rims fade. */
const RADIUS = 1.05;
/** Share of points, on each side of an axis and in distance, that does not tell how large the object is. */
const RARE = 0.01;
/** A point this many times as far from the middle as nearly all others is stray and may lie outside the frame. */
const STRAY = 1.6;
/** Points whose neighbors are looked for to learn the spacing. */
const SAMPLE = 100;

/** The sheet in units of its height: the front large, then right and back above left and top. */
const SIDES = [
  { x: 0, y: 0, size: 1, yaw: 0, pitch: 12 },
  { x: 1, y: 0, size: 0.5, yaw: 90, pitch: 12 },
  { x: 1.5, y: 0, size: 0.5, yaw: 180, pitch: 12 },
  { x: 1, y: 0.5, size: 0.5, yaw: 270, pitch: 12 },
  { x: 1.5, y: 0.5, size: 0.5, yaw: 0, pitch: 90 },
] as const;

/**
 * Draws a sheet twice as wide as high. The left half shows the object from the photo's camera; in the right half, from
 * left to right, are its right side and its back, and below them its left side and its top.
 * @param height even number of pixels
 * @throws RangeError if rgb and xyz differ in length; ShapeError; Canceled; DeviceError
 */
export async function renderSheet(
  shared: Shared,
  cloud: Cloud,
  { height = 640, ...run }: { height?: number } & RunOptions = {},
): Promise<Sheet> {
  const { xyz, rgb } = cloud;
  if (xyz.length !== rgb.length) {
    throw new RangeError(`There are ${xyz.length / 3} points and ${rgb.length / 3} colors; each point needs one.`);
  }
  const n = xyz.length / 3;
  const spacing = cloud.spacing ?? spacingOf(xyz);
  const colors = Uint32Array.from({ length: n }, (_, i) => rgb[3 * i] | (rgb[3 * i + 1] << 8) | (rgb[3 * i + 2] << 16));
  const size = { width: 2 * height, height };
  const graph = new Graph();
  const picture = renderPoints(
    graph.input('points', [n, 3]),
    graph.input('colors', [n], 'u32'),
    size,
    RADIUS * spacing,
    sheetViews(frameOf(xyz, spacing), height),
  );
  const plan = await compile(shared, graph, { outputs: { picture } });
  try {
    const result = await plan.run({ points: xyz, colors }, run);
    const words = await result.picture.read();
    return { ...size, rgba: new Uint8Array(words.buffer, words.byteOffset, words.byteLength) };
  } finally {
    plan.dispose();
  }
}

/** Distance of neighboring points: the median, over a sample of points, of the distance to the nearest other one. */
function spacingOf(xyz: Float32Array): number {
  const n = xyz.length / 3;
  const stride = Math.ceil(n / SAMPLE);
  const nearest: number[] = [];
  for (let i = 0; i < n; i += stride) {
    let least = Infinity;
    for (let j = 0; j < n; j++) {
      const [x, y, z] = [xyz[3 * i] - xyz[3 * j], xyz[3 * i + 1] - xyz[3 * j + 1], xyz[3 * i + 2] - xyz[3 * j + 2]];
      const square = x * x + y * y + z * z;
      if (square > 0 && square < least) least = square;
    }
    if (least < Infinity) nearest.push(Math.sqrt(least));
  }
  nearest.sort((a, b) => a - b);
  // A single place has no spacing: any size shows it.
  return nearest[nearest.length >> 1] ?? 1;
}

interface Frame {
  readonly middle: vec3;
  /** Radius of the sphere around `middle` that the cameras frame. */
  readonly reach: number;
}

/** What to look at: the middle of the points and how far they reach, stray ones left out, thin parts not. */
function frameOf(xyz: Float32Array, spacing: number): Frame {
  const n = xyz.length / 3;
  if (n === 0) return { middle: vec3.create(), reach: spacing };
  const drop = Math.floor(RARE * n);
  const bulk = [0, 1, 2].map((axis) => {
    const sorted = Float32Array.from({ length: n }, (_, i) => xyz[3 * i + axis]).sort();
    return (sorted[drop] + sorted[n - 1 - drop]) / 2;
  });
  const distances = Float32Array.from({ length: n }, (_, i) => distanceTo(bulk, xyz, i));
  const limit = STRAY * (Float32Array.from(distances).sort()[n - 1 - drop] + spacing);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let k = 0; k < xyz.length; k++) {
    if (distances[Math.floor(k / 3)] > limit) continue;
    low[k % 3] = Math.min(low[k % 3], xyz[k]);
    high[k % 3] = Math.max(high[k % 3], xyz[k]);
  }
  const middle = vec3.fromValues((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2);
  let reach = 0;
  for (let i = 0; i < n; i++) if (distances[i] <= limit) reach = Math.max(reach, distanceTo(middle, xyz, i));
  return { middle, reach: reach + spacing };
}

const distanceTo = (middle: ArrayLike<number>, xyz: Float32Array, i: number): number =>
  Math.hypot(xyz[3 * i] - middle[0], xyz[3 * i + 1] - middle[1], xyz[3 * i + 2] - middle[2]);

function sheetViews({ middle, reach }: Frame, height: number): View[] {
  const half = (0.5 * FOV * Math.PI) / 180;
  const distance = (MARGIN * reach) / Math.sin(half);
  return SIDES.map(({ x, y, size, yaw, pitch }) => ({
    rect: { left: x * height, top: y * height, right: (x + size) * height, bottom: (y + size) * height },
    matrix: orbitView(middle, distance, yaw, pitch),
    focal: (0.5 * size * height) / Math.tan(half),
    near: 0.05 * distance,
    far: 2 * distance,
  }));
}
