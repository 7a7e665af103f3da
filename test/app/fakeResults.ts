/** What the fake engine finds in a photo. */
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';
import type { FoundMask } from '../../src/pipeline/everything/foundMask.ts';
import { areaOf, boxOf, runsOf } from '../../src/pipeline/maskRuns.ts';
import type { Mesh } from '../../src/pipeline/mesh.ts';
import type { Photo, Size } from '../../src/pipeline/photo.ts';
import { toCamera, type Normalization } from '../../src/pipeline/points/normalization.ts';
import type { SegmentPrompt } from '../../src/pipeline/roles.ts';
import { CompletedObject } from '../../src/pipeline/session/completedObject.ts';
import type { ObjectMesh } from '../../src/pipeline/session/objectMesh.ts';
import { sphere } from '../setup/sphere.ts';

/** Radii of the discs, in parts of the photo's shorter side: three for a single point, else the second. */
const RADII = [0.2, 0.3, 0.1];

/** For one point three discs; for more, those on the object without those off it; with a box, only what is inside. */
export function discMasks(photo: Size, { points = [], box }: SegmentPrompt): Uint8Array[] {
  const side = Math.min(photo.width, photo.height);
  const isNear = (radius: number, label: number) => (x: number, y: number) =>
    points.some((point) => point.label === label && Math.hypot(point.x - x, point.y - y) < radius * side);
  const isBoxed = (x: number, y: number) => !box || (x > box[0] && y > box[1] && x < box[2] && y < box[3]);
  const mask = (radius: number): Uint8Array => {
    const [on, off] = [isNear(radius, 1), isNear(RADII[2], 0)];
    const hasOn = points.some(({ label }) => label === 1);
    return Uint8Array.from({ length: photo.width * photo.height }, (_, i) => {
      const [x, y] = [(i % photo.width) + 0.5, Math.floor(i / photo.width) + 0.5];
      return isBoxed(x, y) && (hasOn ? on(x, y) : !!box) && !off(x, y) ? 1 : 0;
    });
  };
  return points.length === 1 && !box ? RADII.map(mask) : [mask(RADII[0])];
}

/** Three discs in the middle of the photo, one inside another, and one at the left. */
export function nestedMasks(photo: Photo): FoundMask[] {
  const { width, height } = photo;
  const side = Math.min(width, height);
  const disc = (x: number, y: number, radius: number): FoundMask => {
    const pixels = Uint8Array.from({ length: width * height }, (_, i) =>
      Math.hypot((i % width) + 0.5 - x, Math.floor(i / width) + 0.5 - y) < radius * side ? 1 : 0,
    );
    const mask = runsOf(pixels, photo);
    const crop = [0, 0, width, height] as const;
    return { mask, area: areaOf(mask), box: boxOf(mask), quality: 0.95, stability: 0.97, point: { x, y }, crop };
  };
  const [x, y] = [width / 2, height / 2];
  return [disc(x, y, 0.3), disc(x, y, 0.1), disc(0.15 * width, y, 0.12), disc(x, y, 0.2)];
}

/** A floor that goes away from the camera, from 1 to 3 meters, and a ball in the middle of the photo. */
export function depthOf({ width, height }: Photo): Float32Array {
  const radius = 0.3 * Math.min(width, height);
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const bulge = Math.sqrt(Math.max(0, 1 - ((x - width / 2) ** 2 + (y - height / 2) ** 2) / radius ** 2));
    return 3 - (2 * y) / height - 0.3 * bulge;
  });
}

/** A frame in which the seen points have about the size of the ball. */
export function frameOf({ xyz }: ColoredPoints): Normalization {
  const count = xyz.length / 3;
  const mean = [0, 0, 0];
  xyz.forEach((value, k) => (mean[k % 3] += value / count));
  const scale = Math.sqrt(xyz.reduce((sum, value, k) => sum + (value - mean[k % 3]) ** 2, 0) / xyz.length);
  return { scale, center: mean.map((value) => value / scale) as [number, number, number] };
}

const RADIUS = 1.2;
const MIN_THRESHOLD = 0.1;
const THRESHOLD = 0.3;

/** The points of the grid near the surface of a ball: the nearer, the surer. */
export function ballObject(normalization: Normalization, step: number): CompletedObject {
  const side = 2 * Math.ceil((1.5 * RADIUS) / step) + 1;
  const axis = Float32Array.from({ length: side }, (_, i) => (i - (side - 1) / 2) * step);
  const logits = Float32Array.from({ length: side ** 3 }, (_, i) => {
    const [x, y, z] = [axis[Math.floor(i / side ** 2)], axis[Math.floor(i / side) % side], axis[i % side]];
    return 4 - (6 * Math.abs(Math.hypot(x, y, z) - RADIUS)) / step;
  });
  const limit = Math.log(MIN_THRESHOLD / (1 - MIN_THRESHOLD));
  const indices = Uint32Array.from([...logits.keys()].filter((i) => logits[i] > limit));
  const grid = Float32Array.from(
    [...indices].flatMap((i) => [axis[Math.floor(i / side ** 2)], axis[Math.floor(i / side) % side], axis[i % side]]),
  );
  const kept = {
    ...{ xyz: toCamera(grid, normalization), rgb: colorsOf(grid), indices, grid },
    logits: Float32Array.from(indices, (i) => logits[i]),
  };
  return new CompletedObject(
    {
      role: 'complete',
      ...{ spacing: step * normalization.scale, normalization, partial: false, kept, minThreshold: MIN_THRESHOLD },
      field: { counts: [side, side, side], axes: Float32Array.from([...axis, ...axis, ...axis]), logits },
      swept: { queries: side ** 3, of: side ** 3 },
    },
    THRESHOLD,
  );
}

/** The points of an object that were found when a sweep was stopped. */
export const firstHalf = (object: CompletedObject): CompletedObject => {
  const count = object.kept.logits.length >> 1;
  const { xyz, rgb, logits, indices, grid } = object.kept;
  const kept = {
    ...{ xyz: xyz.slice(0, 3 * count), rgb: rgb.slice(0, 3 * count), grid: grid.slice(0, 3 * count) },
    ...{ logits: logits.slice(0, count), indices: indices.slice(0, count) },
  };
  return new CompletedObject({ ...object, kept, partial: true }, object.threshold);
};

const TEXTURE = 64;

/** The ball as a mesh with a texture, and closed with colors at its vertices. */
export function ballMesh(normalization: Normalization, facts: Partial<ObjectMesh['facts']> = {}): ObjectMesh {
  const { xyz, normals, uv, triangles } = sphere([0, 0, 0], RADIUS);
  // From the axes of glTF to those of the camera.
  const turned = (values: Float32Array): Float32Array => values.map((value, k) => (k % 3 === 0 ? value : -value));
  const texels = Float32Array.from({ length: 3 * TEXTURE ** 2 }, (_, k) => {
    const [x, y] = [Math.floor(k / 3) % TEXTURE, Math.floor(k / 3 / TEXTURE)];
    return RADIUS * Math.sin((k % 3) + (x + 2 * y) / 9);
  });
  const rgb = colorsOf(texels);
  const rgba = Uint8Array.from({ length: 4 * TEXTURE ** 2 }, (_, k) =>
    k % 4 === 3 ? 255 : rgb[3 * (k >> 2) + (k % 4)],
  );
  const textured = {
    ...{ xyz: toCamera(turned(xyz), normalization), normals: turned(normals), uv, triangles },
    texture: { width: TEXTURE, height: TEXTURE, rgba },
  };
  const closed = welded({ xyz: textured.xyz, normals: textured.normals, rgb: colorsOf(turned(xyz)), triangles });
  return { mesh: closed, textured, facts: { ...SOUND, ...facts } };
}

const SOUND: ObjectMesh['facts'] = { parts: 1, dropped: 0, isHollow: true, leaks: false, touches: [] };

/** Vertices at one place become one, and triangles without an area go. */
function welded({ xyz, normals, rgb, triangles }: Mesh): Mesh {
  const first = new Map<string, number>();
  const kept: number[] = [];
  const index = Array.from({ length: xyz.length / 3 }, (_, vertex) => {
    const key = Array.from(xyz.subarray(3 * vertex, 3 * vertex + 3), (value) => value.toFixed(5)).join();
    if (!first.has(key)) first.set(key, kept.push(vertex) - 1);
    return first.get(key)!;
  });
  const corners = Array.from({ length: triangles.length / 3 }, (_, i) =>
    Array.from(triangles.subarray(3 * i, 3 * i + 3), (vertex) => index[vertex]),
  );
  const taken = <T extends Float32Array | Uint8Array>(values: T): T =>
    new (values.constructor as new (values: number[]) => T)(
      kept.flatMap((vertex) => [...values.subarray(3 * vertex, 3 * vertex + 3)]),
    );
  return {
    ...{ xyz: taken(xyz), normals: taken(normals), rgb: taken(rgb) },
    triangles: Uint32Array.from(corners.filter((triangle) => new Set(triangle).size === 3).flat()),
  };
}

/** A color for each place of the object. */
const colorsOf = (xyz: Float32Array): Uint8Array =>
  Uint8Array.from(xyz, (value) => Math.round(255 * Math.min(1, Math.max(0, 0.5 + value / (2 * RADIUS)))));
