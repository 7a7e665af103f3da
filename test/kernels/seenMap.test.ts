import { describe, expect, it } from 'vitest';
import { seenMap } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { maskPointsRef, unprojectRef } from '../../src/kernels/pointMap/pointMap.ref.ts';
import { axisTaps } from '../../src/kernels/resize/taps.ts';
import { seenMapRef } from '../../src/kernels/seenMap/seenMap.ref.ts';
import { seenCases } from '../cases/seenMap.ts';
import { evaluate, openDevice } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';
import { tapRows } from '../setup/taps.ts';

const stats = Float32Array.of(0.5, -1, 2, 99, 0.7, 0.9, 1.1, 0.9);
const bound = (yMax: number) => EPS * 24 * yMax; // two quotients of 2.5 units, seven roundings of the interpolation

describe('seenMap', () => {
  for (const { photo, box, size } of seenCases) {
    const [H, W] = photo;
    const { table } = axisTaps({ mode: 'bilinear', alignCorners: false, from: Math.max(box[2], box[3]), to: size });
    const mask = Uint32Array.from({ length: H * W }, (_, i) => (i % 17 === 16 ? 0 : 1));

    it(`of points, [${box}] of [${photo}] to ${size}`, async () => {
      const points = noise(3 * H * W, 1, 3);
      if (H > 1) points[3 * (H * W - 2)] = NaN;
      const y = await evaluate((s) => {
        const source = { points: s.input(points, [H, W, 3]), mask: s.input(mask, [H, W]) };
        return {
          ...seenMap(source, s.input(stats, [8]), s.input(table, [size, 4]), s.input(Uint32Array.from(box), [4])),
        };
      });
      const expected = seenMapRef(maskPointsRef(points, mask), W, stats, tapRows(table), box);
      expect(y.valid).toEqual(expected.valid);
      expectClose(y.points, expected.points, bound(6));
    });

    it(`of depth, [${box}] of [${photo}] to ${size}`, async () => {
      const depth = noise(H * W, 1).map((v) => v + 2);
      const camera = Float32Array.of(150, 140, W / 2, H / 2);
      const y = await evaluate((s) => {
        const source = {
          depth: s.input(depth, [H, W]),
          mask: s.input(mask, [H, W]),
          intrinsics: s.input(camera, [4]),
        };
        return {
          ...seenMap(source, s.input(stats, [8]), s.input(table, [size, 4]), s.input(Uint32Array.from(box), [4])),
        };
      });
      const expected = seenMapRef(unprojectRef(depth, mask, W, camera), W, stats, tapRows(table), box);
      expect(y.valid).toEqual(expected.valid);
      expect(maxAbs(y.valid)).toBe(1);
      expectClose(y.points, expected.points, bound(6));
    });
  }

  it('fits into what every adapter has', async () => {
    const limits = { maxStorageBuffersPerShaderStage: 8, maxComputeInvocationsPerWorkgroup: 256 };
    const device = await openDevice({ limits, without: ['subgroups'] });
    const { table } = axisTaps({ mode: 'bilinear', alignCorners: false, from: 1, to: 2 });
    const { points } = await evaluate(
      (s) => {
        const source = {
          depth: s.input(Float32Array.of(2), [1, 1]),
          mask: s.input(Uint32Array.of(1), [1, 1]),
          intrinsics: s.input(Float32Array.of(1, 1, 0, 0), [4]),
        };
        const box = s.input(Uint32Array.of(0, 0, 1, 1), [4]);
        return {
          ...seenMap(source, s.input(Float32Array.of(0, 0, 1, 1, 1, 1, 1, 1), [8]), s.input(table, [2, 4]), box),
        };
      },
      { device },
    );
    expect([...points]).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1]);
    device.dispose();
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const source = { points: g.input('p', [4, 5, 3]), mask: g.input('m', [4, 5], 'u32') };
    const [numbers, taps, box] = [g.input('s', [8]), g.input('t', [9, 4], 'u32'), g.input('b', [4], 'u32')];
    expect(() => seenMap(source, g.input('s4', [4]), taps, box)).toThrow(/stats is \[4\], expected \[8\]/);
    expect(() => seenMap(source, numbers, g.input('t8', [9, 8], 'u32'), box)).toThrow(/taps are \[9, 8\]/);
    expect(() => seenMap(source, numbers, taps, g.input('b5', [5], 'u32'))).toThrow(/box is \[5\], expected \[4\]/);
    expect(() => seenMap(source, numbers, taps, g.input('bf', [4]))).toThrow(/box is f32, expected u32/);
  });
});
