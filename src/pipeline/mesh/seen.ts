/** What the photo shows of a mesh: whether a place of its surface is seen, and in which color. */
import type { Intrinsics } from '../camera.ts';
import type { Mesh } from '../mesh.ts';
import { LIGHT } from './light.ts';
import { sizeOf } from './measure.ts';
import { rasterize } from './raster.ts';

/** A photo of an object, and its camera. */
export interface PhotoView {
  readonly photo: {
    readonly width: number;
    readonly height: number;
    /** [height, width, 4] sRGB bytes. */
    readonly rgba: Uint8Array;
  };
  /** [height, width] nonzero on the object. */
  readonly mask: ArrayLike<number>;
  readonly camera: Intrinsics;
}

/** Up to this distance in pixels from a border of the object or of a part of it, colors are mixed with what is behind. */
const MIXED = 1;
/** From this distance on, the photo's colors count in full. */
const CLEAR = 5;
/** Cosine of the angle between a surface and the line of sight: below the first, photos tell nothing; from the second on, all. */
const GRAZING = [0.15, 0.45] as const;
/** A step in depth between neighboring pixels is a border if it is larger than this share of the object's size. */
const STEP = 0.03;
/** A place is hidden if the mesh has a surface before it by more than this share of the object's size. */
const HIDDEN = 0.01;

/** Answers for places on the surface of a mesh. */
export interface Seen {
  /** How far the photo's color counts at a place with a unit normal, 0..1; it has no steps but where surfaces hide each other. */
  weight(x: number, y: number, z: number, nx: number, ny: number, nz: number): number;
  /** Writes the photo's color at a place in linear light. Only for places with a weight. */
  color(x: number, y: number, z: number, into: Float32Array): void;
}

/**
 * Draws the mesh into a depth map at the photo's resolution, and measures how far each pixel is from borders.
 * @param spacing distance between the places that will be asked for colors, in meters: the photo is averaged over as much
 * @throws RangeError if sizes disagree
 */
export function seenBy(mesh: Mesh, view: PhotoView, spacing: number): Seen {
  const { photo, mask, camera } = view;
  const pixels = photo.width * photo.height;
  if (photo.rgba.length !== 4 * pixels || mask.length !== pixels) {
    throw new RangeError(
      `A photo of ${photo.width} x ${photo.height} has ${4 * pixels} bytes and a mask of ${pixels} pixels; ` +
        `these have ${photo.rgba.length} and ${mask.length}.`,
    );
  }
  const box = boxOf(mesh, view);
  const size = sizeOf(mesh.xyz);
  const nearness = drawNearness(mesh, camera, box);
  const trust = trustOf(view, box, nearness, STEP * size);
  const picture = pictureOf(view, box, Math.max(1, Math.round((spacing * camera.fx) / meanDepth(mesh))));
  const { left, top, width, height } = box;
  return {
    weight(x, y, z, nx, ny, nz) {
      if (!(z > 0)) return 0;
      const u = (camera.fx * x) / z + camera.cx - left;
      const v = (camera.fy * y) / z + camera.cy - top;
      if (!(u >= 0 && v >= 0 && u <= width - 1 && v <= height - 1)) return 0;
      const cosine = -(x * nx + y * ny + z * nz) / Math.hypot(x, y, z);
      if (cosine <= GRAZING[0]) return 0;
      // A tilted surface is deeper at a pixel's border than at its center.
      const slack = HIDDEN * size + (2 * z) / (camera.fx * cosine);
      const near = nearness[Math.round(v) * width + Math.round(u)];
      if (near === 0 || z > 1 / near + slack) return 0;
      return smoothStep(GRAZING[0], GRAZING[1], cosine) * bilinear(trust, width, height, u, v);
    },
    color(x, y, z, into) {
      picture((camera.fx * x) / z + camera.cx, (camera.fy * y) / z + camera.cy, into);
    },
  };
}

interface Box {
  /** The first column and row, in pixels of the photo. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the photo that the mesh is seen in, with a margin. */
function boxOf({ xyz }: Mesh, { photo, camera }: PhotoView): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let v = 0; v < xyz.length; v += 3) {
    if (!(xyz[v + 2] > 0)) continue;
    const x = (camera.fx * xyz[v]) / xyz[v + 2] + camera.cx;
    const y = (camera.fy * xyz[v + 1]) / xyz[v + 2] + camera.cy;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const margin = CLEAR + 1;
  const clamp = (value: number, high: number) => Math.min(high, Math.max(0, value));
  const x = clamp(Math.floor(left) - margin, photo.width - 1);
  const y = clamp(Math.floor(top) - margin, photo.height - 1);
  return {
    left: x,
    top: y,
    width: clamp(Math.ceil(right) + margin, photo.width - 1) - x + 1,
    height: clamp(Math.ceil(bottom) + margin, photo.height - 1) - y + 1,
  };
}

function meanDepth({ xyz }: Mesh): number {
  let sum = 0;
  for (let v = 2; v < xyz.length; v += 3) sum += xyz[v];
  return sum / (xyz.length / 3);
}

/** 1 / depth of the first surface at each pixel, which changes linearly over a triangle; 0 where there is none. */
function drawNearness({ xyz, triangles }: Mesh, camera: Intrinsics, { left, top, width, height }: Box): Float32Array {
  const nearness = new Float32Array(width * height);
  const x: [number, number, number] = [0, 0, 0];
  const y: [number, number, number] = [0, 0, 0];
  const near = [0, 0, 0];
  for (let t = 0; t < triangles.length; t += 3) {
    for (let corner = 0; corner < 3; corner++) {
      const v = 3 * triangles[t + corner];
      near[corner] = 1 / xyz[v + 2];
      // Pixels have their centers at whole numbers, cells half a cell later.
      x[corner] = camera.fx * xyz[v] * near[corner] + camera.cx - left + 0.5;
      y[corner] = camera.fy * xyz[v + 1] * near[corner] + camera.cy - top + 0.5;
    }
    // Parts behind the camera are not in the photo.
    if (!near.every((one) => one > 0 && one < Infinity)) continue;
    rasterize(width, height, x, y, (column, row, a, b, c) => {
      const at = row * width + column;
      nearness[at] = Math.max(nearness[at], a * near[0] + b * near[1] + c * near[2]);
    });
  }
  return nearness;
}

/** How far the photo is to be trusted at each pixel: 0 on borders and off the object, 1 inside of it. */
function trustOf(view: PhotoView, box: Box, nearness: Float32Array, step: number): Float32Array {
  const { left, top, width, height } = box;
  const isBorder = (x: number, y: number): boolean => {
    const near = nearness[y * width + x];
    if (!view.mask[(top + y) * view.photo.width + left + x] || near === 0) return true;
    for (const [i, j] of [
      [x - 1, y],
      [x + 1, y],
      [x, y - 1],
      [x, y + 1],
    ]) {
      if (i < 0 || j < 0 || i >= width || j >= height) continue;
      const other = nearness[j * width + i];
      if (other === 0 || Math.abs(1 / other - 1 / near) > step) return true;
    }
    return false;
  };
  const distance = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) distance[y * width + x] = isBorder(x, y) ? 0 : CLEAR + 1;
  }
  spreadDistance(distance, width, height);
  return distance.map((pixels) => smoothStep(MIXED, CLEAR, pixels));
}

/**
 * Lowers each value to the nearest zero's distance, in pixels: two passes with the lengths of straight and diagonal steps.
 * Borgefors, "Distance Transformations in Digital Images", 1986.
 */
function spreadDistance(distance: Float32Array, width: number, height: number): void {
  const pass = (x: number, y: number, sign: number) => {
    const at = y * width + x;
    let least = distance[at];
    for (const [dx, dy, length] of [
      [-1, 0, 1],
      [-1, -1, Math.SQRT2],
      [0, -1, 1],
      [1, -1, Math.SQRT2],
    ]) {
      const [i, j] = [x + sign * dx, y + sign * dy];
      if (i >= 0 && j >= 0 && i < width && j < height) least = Math.min(least, distance[j * width + i] + length);
    }
    distance[at] = least;
  };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pass(x, y, 1);
  for (let y = height - 1; y >= 0; y--) for (let x = width - 1; x >= 0; x--) pass(x, y, -1);
}

/**
 * The photo's colors on the object in linear light, averaged over `factor` x `factor` pixels. Pixels off the object do not count, so
 * no color of the background gets in.
 * @returns a function that writes the color at a place of the photo, in pixels
 */
function pictureOf({ photo, mask }: PhotoView, box: Box, factor: number) {
  const width = Math.ceil(box.width / factor);
  const height = Math.ceil(box.height / factor);
  /** [height, width, 4] sums of red, green and blue, and how many pixels were added. */
  const sums = new Float32Array(4 * width * height);
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const from = (box.top + y) * photo.width + box.left + x;
      if (!mask[from]) continue;
      const to = 4 * (Math.floor(y / factor) * width + Math.floor(x / factor));
      for (let k = 0; k < 3; k++) sums[to + k] += LIGHT[photo.rgba[4 * from + k]];
      sums[to + 3]++;
    }
  }
  return (u: number, v: number, into: Float32Array): void => {
    // The middle of the first cell is the middle of its pixels.
    const x = clampTo((u - box.left + 0.5) / factor - 0.5, width - 1);
    const y = clampTo((v - box.top + 0.5) / factor - 0.5, height - 1);
    const [x0, y0] = [Math.floor(x), Math.floor(y)];
    let [red, green, blue, total] = [0, 0, 0, 0];
    for (let j = 0; j < 2; j++) {
      for (let i = 0; i < 2; i++) {
        const at = 4 * (Math.min(y0 + j, height - 1) * width + Math.min(x0 + i, width - 1));
        const share = Math.abs(1 - i - (x - x0)) * Math.abs(1 - j - (y - y0));
        red += share * sums[at];
        green += share * sums[at + 1];
        blue += share * sums[at + 2];
        total += share * sums[at + 3];
      }
    }
    const scale = total > 0 ? 1 / total : 0;
    into[0] = red * scale;
    into[1] = green * scale;
    into[2] = blue * scale;
  };
}

const clampTo = (value: number, high: number): number => Math.min(high, Math.max(0, value));

function bilinear(map: Float32Array, width: number, height: number, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [x1, y1] = [Math.min(x0 + 1, width - 1), Math.min(y0 + 1, height - 1)];
  const [s, t] = [x - x0, y - y0];
  const upper = map[y0 * width + x0] * (1 - s) + map[y0 * width + x1] * s;
  const lower = map[y1 * width + x0] * (1 - s) + map[y1 * width + x1] * s;
  return upper * (1 - t) + lower * t;
}

/** 0 up to `low`, 1 from `high` on, smooth between. */
function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}
