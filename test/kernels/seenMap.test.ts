import { describe, expect, it } from 'vitest';
import { seenMap } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { axisTaps } from '../../src/kernels/resize/taps.ts';
import { seenMapChecks } from '../checks/points.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate, openDevice } from '../setup/evaluate.ts';
// two quotients of 2.5 units, seven roundings of the interpolation

describe('seenMap', () => {
  itPasses(seenMapChecks);

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
