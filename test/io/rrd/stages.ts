/** A small scene for tests of recordings: a sphere in front of a wall. */
import type { RecordedStages } from '../../../src/io/rrd/recording.ts';
import { intrinsicsOf } from '../../../src/pipeline/camera.ts';
import { sphere } from '../../setup/sphere.ts';

export const POINT_COLOR = [40, 160, 90];
export const SURFACE_COLOR = [200, 30, 60];

const [width, height] = [64, 48];
const RADIUS = 0.25;
const DISTANCE = 1;

const colored = (xyz: Float32Array, color: number[]) => ({ xyz, rgb: Uint8Array.from(xyz, (_, k) => color[k % 3]) });

/** @param step of the grid in meters */
export function sphereStages(step = 0.05): RecordedStages {
  const photo = { width, height, rgba: new Uint8Array(4 * width * height).fill(255), name: 'ball.png' };
  const camera = intrinsicsOf(photo);
  const mask = new Uint8Array(width * height);
  const depth = new Float32Array(width * height).fill(2);
  for (let i = 0; i < mask.length; i++) {
    const [x, y] = [((i % width) - camera.cx) / camera.fx, (Math.floor(i / width) - camera.cy) / camera.fy];
    if (Math.hypot(x, y) > 0.9 * RADIUS) continue;
    mask[i] = 1;
    depth[i] = DISTANCE - Math.sqrt(RADIUS ** 2 - x * x - y * y);
  }
  depth[0] = NaN;
  const ball = sphere([0, 0, 0], RADIUS);
  const inCamera = ball.xyz.map((value, k) => (k % 3 === 0 ? value : (k % 3 === 2 ? DISTANCE : 0) - value));
  const grid: number[] = [];
  for (let x = -RADIUS; x <= RADIUS; x += step)
    for (let y = -RADIUS; y <= RADIUS; y += step)
      for (let z = -RADIUS; z <= RADIUS; z += step) if (Math.hypot(x, y, z) <= RADIUS) grid.push(x, y, z);
  const xyz = Float32Array.from(grid, (value, k) => (k % 3 === 2 ? value + DISTANCE : value));
  return {
    id: 'a sphere',
    time: Date.UTC(2026, 0, 2),
    photo,
    camera,
    box: [18, 10, 46, 38],
    points: [{ x: 32, y: 24, label: 1 }],
    mask,
    depth,
    seen: colored(inCamera.slice(0, 300), [60, 90, 220]),
    object: { ...colored(xyz, POINT_COLOR), grid: Float32Array.from(grid), spacing: step },
    mesh: { ...colored(inCamera, SURFACE_COLOR), normals: ball.normals, triangles: ball.triangles },
  };
}
