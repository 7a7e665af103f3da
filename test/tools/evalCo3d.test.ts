/** `npm run eval -- --co3d`: frames of a category that tools/reference/co3d.py made, with the points of their sequences as truth. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFrames } from '../../src/host/node/co3dFrame.ts';
import type { NodeReconstruction } from '../../src/node.ts';
import { visiblePoints } from '../../src/pipeline/points/geometry.ts';
import { wordsOf } from '../../src/pipeline/photo.ts';
import type { ReconstructOptions } from '../../src/pipeline/session/options.ts';
import { root } from '../../tools/setup/process.mjs';
import { chosenFrames, type MeasuredFrame, readMeasuredFrame, surfaceOf } from '../../tools/eval/co3d.ts';
import { measureFrame } from '../../tools/eval/measure.ts';
import { showFrames } from '../../tools/eval/report.ts';
import { normalizationOf } from '../setup/normalization.ts';

const golden = join(root, 'test/golden/co3d');
const annotations = join(golden, 'toyball/frame_annotations.jgz');
const KEYS = ['101_1_a/3', '101_1_a/8', '202_2_b/0'];

let folder: string;
let list: readonly unknown[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unflat-eval-co3d-'));
  list = await readFrames(annotations);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the frame shows, as the chain takes it. */
const seenOf = ({ photo, mask, depth, camera }: Pick<MeasuredFrame, 'photo' | 'mask' | 'depth' | 'camera'>) =>
  visiblePoints(wordsOf(photo), mask, { depth: depth.meters, camera });

describe('frames of CO3D', () => {
  it.each(KEYS)('%s has the cloud of its sequence in the frame of its camera', async (key) => {
    const frame = await readMeasuredFrame(annotations, list, key);
    expect([frame.key, frame.category, frame.cloud.xyz.length]).toEqual([key, 'toyball', 4500]);
    // A ball of radius 1, six units in front of the camera.
    const center = [0, 1, 2].map((k) => frame.cloud.xyz.filter((_, i) => i % 3 === k).reduce((a, b) => a + b) / 1500);
    [0, 0, 6].forEach((value, k) => expect(center[k]).toBeCloseTo(value, 2));
    const cloud = seenOf(frame);
    // What the depth shows lies on it, but for halves as depth.
    const off = cloud.xyz
      .filter((_, i) => i % 3 === 0)
      .map((_, i) => {
        const [x, y, z] = cloud.xyz.subarray(3 * i, 3 * i + 3);
        return Math.abs(Math.hypot(x, y, z - 6) - 1);
      });
    expect(off.reduce((a, b) => Math.max(a, b))).toBeLessThan(0.05);

    const surface = surfaceOf(frame, normalizationOf(cloud.xyz));
    // Behind its middle the ball is wider than MCC's cube.
    expect(surface.xyz.length).toBeGreaterThan(3000);
    expect(surface.xyz.length).toBeLessThan(4500);
    // From six radii away, 5 / 12 of the ball are in sight; its mask has a hole.
    const seen = surface.seen.reduce((a, b) => a + b, 0) / 1500;
    expect(seen).toBeGreaterThan(0.25);
    expect(seen).toBeLessThan(0.5);
    const colors = new Set(Array.from({ length: 1500 }, (_, i) => frame.cloud.rgb.subarray(3 * i, 3 * i + 3).join()));
    expect([...colors].sort()).toEqual(['200,120,60', '60,110,190']);
  });

  it('have no truth outside of the cube that MCC answers in', async () => {
    const frame = await readMeasuredFrame(annotations, list, KEYS[0]);
    const far = { xyz: Float32Array.of(0, 0, 6, 0, 0, 90), rgb: new Uint8Array(6) };
    expect(surfaceOf({ ...frame, cloud: far }, normalizationOf(seenOf(frame).xyz)).xyz).toHaveLength(3);
  });

  it('give full marks to an engine that knows the cloud, and lower ones to the points of the photo', async () => {
    const frame = await readMeasuredFrame(annotations, list, KEYS[0]);
    const asked: ReconstructOptions[] = [];
    const engine = {
      reconstruct: (_: unknown, options: ReconstructOptions) => {
        asked.push(options);
        const cloud = seenOf(frame);
        const { scale, center } = normalizationOf(cloud.xyz);
        const seen = { cloud, normalization: { scale, center } };
        const truth = surfaceOf(frame, seen.normalization);
        const object = { xyz: truth.xyz.map((v, k) => scale * (v + center[k % 3])), rgb: truth.rgb };
        return Promise.resolve({ mask: options.mask, seen, object } as unknown as NodeReconstruction);
      },
    };
    const instruments = { view: () => Promise.reject(new Error('No mesh is drawn.')), refusal: () => undefined };
    const numbers = await measureFrame(engine, frame, { granularity: 0.1, instruments });
    expect(asked[0]).toMatchObject({
      mask: frame.mask,
      depth: frame.depth.meters,
      camera: frame.camera,
      granularity: 0.1,
    });
    for (const name of ['f1@0.05', 'f1@0.1', 'unseen@0.2', 'far@0.2']) expect(numbers[`given.${name}`]).toBe(1);
    expect([numbers['given.color'], numbers['given.mesh.f1@0.1']]).toEqual([0, 0]);
    expect(numbers['given.seen.f1@0.2']).toBeLessThan(0.8);
    const text = showFrames([{ name: frame.key, family: frame.category, heldOutFamily: false, numbers }]);
    expect(text).toContain('101_1_a/3 toyball');
    expect(text).not.toContain('end to end');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(160);
  });

  it('are one of each sequence, or as many as are wanted, in turn', () => {
    expect(chosenFrames(list)).toEqual(['101_1_a/8', '202_2_b/0']);
    expect(chosenFrames(list, 1)).toEqual(['101_1_a/8']);
    expect(chosenFrames(list, 9)).toEqual(['101_1_a/8', '202_2_b/0', '101_1_a/3']);
  });
});

describe('a frame that cannot be measured', () => {
  /** The golden category, changed. */
  const changed = (name: string, change: (category: string) => void): string => {
    cpSync(golden, join(folder, name), { recursive: true });
    change(join(folder, name, 'toyball'));
    return join(folder, name, 'toyball', 'frame_annotations.jgz');
  };

  it.each([
    [
      'no place of its camera',
      'The camera of frame 101_1_a/3 has no place: "R" of 3 x 3',
      (category: string) => {
        const path = join(category, 'frame_annotations.jgz');
        const entries = JSON.parse(gunzipSync(readFileSync(path)).toString()) as { viewpoint: object }[];
        entries[0].viewpoint = { ...entries[0].viewpoint, R: undefined };
        writeFileSync(path, gzipSync(JSON.stringify(entries)));
      },
    ],
    [
      'no point cloud',
      'pointcloud.ply cannot be read: ',
      (category: string) => rmSync(join(category, '101_1_a/pointcloud.ply')),
    ],
    [
      'a point cloud without points',
      'cannot be read: it has no vertices.',
      (category: string) =>
        writeFileSync(
          join(category, '101_1_a/pointcloud.ply'),
          'ply\nformat ascii 1.0\nelement vertex 0\nproperty float x\nend_header\n',
        ),
    ],
    [
      'no PLY file',
      'cannot be read: it is no PLY file.',
      (category: string) => writeFileSync(join(category, '101_1_a/pointcloud.ply'), 'nothing'),
    ],
  ])('is named: %s', async (name, message, change) => {
    const path = changed(name, change);
    await expect(readMeasuredFrame(path, await readFrames(path), KEYS[0])).rejects.toThrow(message);
  });
});
