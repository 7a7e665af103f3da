import { describe, expect, it } from 'vitest';
import { cameraOfPoints } from '../../src/pipeline/points/cameraOfPoints.ts';

const size = { width: 40, height: 30 };
const camera = { fx: 50, fy: 48, cx: 21, cy: 14 };

/** Points at a depth that changes from pixel to pixel. */
function pointMap(): Float32Array {
  const xyz = new Float32Array(3 * size.width * size.height);
  for (let pixel = 0; pixel < xyz.length / 3; pixel++) {
    const [u, v] = [pixel % size.width, Math.floor(pixel / size.width)];
    const z = 1 + 0.02 * ((u * 7 + v * 3) % 11);
    xyz.set([((u - camera.cx) / camera.fx) * z, ((v - camera.cy) / camera.fy) * z, z], 3 * pixel);
  }
  return xyz;
}

describe('cameraOfPoints', () => {
  const mask = new Uint8Array(size.width * size.height).fill(1);

  it('finds the camera that the points were made with', () => {
    const xyz = pointMap();
    xyz[5] = NaN;
    const found = cameraOfPoints(xyz, mask, size)!;
    for (const name of ['fx', 'fy', 'cx', 'cy'] as const) expect(found[name]).toBeCloseTo(camera[name], 2);
  });

  it('finds none for points that no pinhole camera sees, and for too few', () => {
    expect(cameraOfPoints(pointMap().reverse(), mask, size)).toBeUndefined();
    expect(cameraOfPoints(pointMap(), new Uint8Array(mask.length), size)).toBeUndefined();
    const one = new Uint8Array(mask.length);
    one[17] = 1;
    expect(cameraOfPoints(pointMap(), one, size)).toBeUndefined();
    const shuffled = pointMap().map((_, k, all) => all[(k + 3 * 7 * Math.floor(k / 9)) % all.length]);
    expect(cameraOfPoints(shuffled, mask, size)).toBeUndefined();
  });
});
