import { describe, expect, it } from 'vitest';
import { attract } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { attractRef } from '../../src/kernels/attract/attract.ref.ts';
import { attractCases } from '../cases/attract.ts';
import { channelsLast } from '../setup/channelsLast.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

/** d / (1 + 300 d^2) has slope 1 at most, so the error of d (an ulp of about 2) is not magnified; the mean adds its own. */
const BOUND = 16 * EPS;

describe('attract', () => {
  for (const { rows, A, bins } of attractCases) {
    it(`${A} points, [${rows}, ${bins}]`, async () => {
      const points = noise(rows * A, 1, 0.8).map((v) => v + 0.9);
      const centers = noise(rows * bins, 2, 0.8).map((v) => v + 0.9);
      const { y } = await evaluate((s) => ({ y: attract(s.input(points, [rows, A]), s.input(centers, [rows, bins])) }));
      expectClose(y, attractRef(points, centers, A, bins), BOUND);
    });
  }

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
    expectClose(y, map('y').data, BOUND);
  });

  it('says what does not fit', () => {
    const g = new Graph();
    expect(() => attract(g.input('p', [3, 4]), g.input('c', [5, 4]))).toThrow(/resize one map to the other's size/);
  });
});
