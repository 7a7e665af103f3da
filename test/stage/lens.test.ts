import { Matrix4, Vector3 } from 'three';
import { expect, it } from 'vitest';
import { FOV, mixLenses, orbitLens, photoLens, project } from '../../src/stage/lens.ts';
import { xyzAt, type Pixel } from './pixels.ts';

// Off the middle, and with pixels that are no squares.
const PHOTO = { intrinsics: { fx: 700, fy: 610, cx: 250.25, cy: 300.5 }, width: 640, height: 480 };

/** Where a point is on a canvas, in its pixels: 0 is the left or upper edge of the canvas. */
function placeOn(width: number, height: number, [x, y, z]: readonly number[]): Pixel {
  const projection = new Matrix4();
  project(photoLens(PHOTO, width / height), 0.1, 100, projection);
  const place = new Vector3(x, -y, -z).applyMatrix4(projection);
  return [((place.x + 1) / 2) * width, ((1 - place.y) / 2) * height];
}

const PIXELS: Pixel[] = [
  [0, 0],
  [639, 479],
  [250.25, 300.5],
  [17, 402],
];

it.each([
  ['of its size', 640, 480, 1, 0, 0],
  ['of half its size', 320, 240, 0.5, 0, 0],
  ['that is wider', 800, 480, 1, 80, 0],
  ['that is higher', 640, 600, 1, 0, 60],
])('puts each point on the middle of its pixel, on a canvas %s', (_, width, height, scale, left, top) => {
  for (const [u, v] of PIXELS) {
    const [x, y] = placeOn(width, height, xyzAt(PHOTO.intrinsics, [u, v], 3));
    expect(x).toBeCloseTo(left + scale * (u + 0.5), 4);
    expect(y).toBeCloseTo(top + scale * (v + 0.5), 4);
  }
});

it('gives the shorter side of the canvas the same field of view', () => {
  const half = Math.tan(FOV / 2);
  expect(orbitLens(2)).toEqual({ left: -2 * half, right: 2 * half, top: half, bottom: -half });
  expect(orbitLens(0.5)).toEqual({ left: -half, right: half, top: 2 * half, bottom: -2 * half });
});

it('mixes lenses', () => {
  const to = { left: -3, right: 5, top: 1, bottom: 0 };
  const from = { left: -1, right: 1, top: 1, bottom: -1 };
  expect(mixLenses(from, to, 0.5)).toEqual({ left: -2, right: 3, top: 1, bottom: -0.5 });
});
