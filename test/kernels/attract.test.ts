import { describe, expect, it } from 'vitest';
import { attract } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { channelsLast } from '../setup/channelsLast.ts';
import { ATTRACT_BOUND, attractChecks } from '../checks/depth.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { expectClose } from '../setup/numbers.ts';

describe('attract', () => {
  itPasses(attractChecks);

  it('agrees with the released code', async () => {
    const fixture = await golden('ops/pointwise');
    const i = fixture.cases.findIndex((c) => c.op === 'attract');
    const map = (name: string) => {
      const { shape } = fixture.tensor(`${i}.${name}`);
      return { data: channelsLast(fixture.f32(`${i}.${name}`), shape), shape: [shape[2] * shape[3], shape[1]] };
    };
    const [points, centers] = [map('points'), map('centers')];
    const { y } = await evaluate((s) => ({
      y: attract(s.input(points.data, points.shape), s.input(centers.data, centers.shape)),
    }));
    expectClose(y, map('y').data, ATTRACT_BOUND);
  });

  it('says what does not fit', () => {
    const g = new Graph();
    expect(() => attract(g.input('p', [3, 4]), g.input('c', [5, 4]))).toThrow(/resize one map to the other's size/);
  });
});
