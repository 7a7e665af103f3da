import { describe, expect, it } from 'vitest';
import { maskedStats } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { maskedStatsRef } from '../../src/kernels/maskedStats/maskedStats.ref.ts';
import { unprojectRef } from '../../src/kernels/pointMap/pointMap.ref.ts';
import { maskedStatsChecks } from '../checks/points.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

describe('maskedStats', () => {
  itPasses(maskedStatsChecks);

  it('takes a depth map', async () => {
    const [H, W] = [60, 90];
    const depth = noise(H * W, 1, 0.3).map((v) => v + 3);
    const mask = Uint32Array.from({ length: H * W }, (_, i) => (i % 5 ? 1 : 0));
    const camera = Float32Array.of(80, 80, W / 2, H / 2);
    const { y } = await evaluate((s) => ({
      y: maskedStats({ depth: s.input(depth, [H, W]), mask: s.input(mask, [H, W]), intrinsics: s.input(camera, [4]) }),
    }));
    const { points, valid } = unprojectRef(depth, mask, W, camera);
    expectClose(y, maskedStatsRef(points, valid), EPS * (140 + 8) * 4.2);
  });

  it('gives zeros for nothing, and no deviation for one point', async () => {
    const points = Float32Array.of(1, 2, 3, 4, 5, 6);
    const { none, one } = await evaluate((s) => {
      const p = s.input(points, [1, 2, 3]);
      return {
        none: maskedStats({ points: p, mask: s.input(Uint32Array.of(0, 0), [1, 2]) }),
        one: maskedStats({ points: p, mask: s.input(Uint32Array.of(0, 1), [1, 2]) }),
      };
    });
    expect([...none]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...one]).toEqual([4, 5, 6, 1, 0, 0, 0, 0]);
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const points = g.input('p', [1, 4, 3]);
    expect(() => maskedStats({ points, mask: g.input('m', [1, 3], 'u32') })).toThrow(
      /maskedStats: points are \[1, 4, 3\]/,
    );
  });
});
