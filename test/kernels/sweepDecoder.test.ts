import { describe, expect, it } from 'vitest';
import { sweepDecoder } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { sweepDecoderObstacle } from '../../src/kernels/sweepDecoder/sweepDecoder.ts';
import { sweepDecoderCases } from '../cases/sweepDecoder.ts';
import { sweepDecoderChecks } from '../checks/sweep.ts';
import { itPasses } from '../setup/checks.ts';
import { openDevice } from '../setup/evaluate.ts';

describe('sweepDecoder', () => {
  describe('in the variant that the adapter prefers', () => itPasses(sweepDecoderChecks));

  // Those with heads of 32 features share a program.
  const heads32 = sweepDecoderChecks.filter((_, i) => sweepDecoderCases[i].C / sweepDecoderCases[i].heads === 32);
  for (const [attention, checks] of [
    ['tiled', sweepDecoderChecks],
    ['tiled8x8', heads32],
  ] as const) {
    describe(`${attention}, within the lowest limits that WebGPU allows`, () => {
      const device = openDevice({
        target: { attention },
        without: ['subgroups'],
        limits: { maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256 },
      });
      itPasses(checks, () => device);
    });
  }

  it('says why it cannot run a decoder', () => {
    const of = (channels: number, heads: number, maxBindingBytes = 2 ** 27) =>
      sweepDecoderObstacle({ maxBindingBytes }, { channels, depth: 8, heads });
    expect(of(512, 16)).toBeUndefined();
    expect(of(512, 8)).toMatch(/heads have 64 features/);
    expect(of(36, 6)).toMatch(/heads have 6 features/);
    expect(of(512, 16, 2 ** 26)).toMatch(/one binding holds 67108864/);
    expect(of(1024, 32)).toMatch(/in one piece/);
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const options = { heads: 4, eps: 1e-6, shrinkThreshold: 10 };
    const [points, seen, weights] = [g.input('p', [5, 3]), g.input('s', [2, 9, 96]), g.input('w', [10])];
    expect(() => sweepDecoder(seen, seen, weights, options)).toThrow(/points are \[2, 9, 96\], expected \[Q, 3\]/);
    expect(() => sweepDecoder(points, points, weights, options)).toThrow(/seen is \[5, 3\]/);
    expect(() => sweepDecoder(points, seen, weights, { ...options, heads: 5 })).toThrow(/do not split into 5 heads/);
    expect(() => sweepDecoder(points, seen, weights, { ...options, heads: 16 })).toThrow(/Decode layer by layer/);
    expect(() => sweepDecoder(points, seen, weights, options)).toThrow(/weights is \[10\]/);
  });
});
