import { describe, expect, it } from 'vitest';
import { Profile } from '../../src/cli/work/profile.ts';

const step = (kernel: string, scope: string, startMs: number, ms: number) => ({
  kernel,
  scope,
  flops: 2e6,
  startMs,
  ms,
});

const profile = new Profile();
profile.add([step('matmul', 'sam.encoder.block0', 0, 3), step('layerNorm', 'sam.encoder.block1', 3, 1)]);
profile.add([step('matmul', 'mcc.decoder', 0, 4), step('compact', '', 4, 0)]);

describe('Profile', () => {
  it('adds up time by kernel and by part, longest first', () => {
    const lines = profile.table().split('\n');
    expect(lines[0]).toBe('4 dispatches, 8.0 ms on the device');
    const words = lines.map((line) => line.split(/\s{2,}/));
    expect(words.slice(2, 6)).toEqual([
      ['kernel', 'calls', 'ms', 'share', 'GFLOP/s'],
      ['matmul', '2', '7.00', '87.5 %', '0.6'],
      ['layerNorm', '1', '1.00', '12.5 %', '2.0'],
      ['compact', '1', '0.00', '0.0 %', '0.0'],
    ]);
    expect(words.slice(7, 11).map(([name, calls]) => [name, calls])).toEqual([
      ['part', 'calls'],
      ['sam.encoder', '2'],
      ['mcc.decoder', '1'],
      ['(chain)', '1'],
    ]);
  });

  it('tells variants of a kernel apart, and says where a preferred one was not taken', () => {
    const varied = new Profile();
    const why = 'not subgroup8: w is computed';
    varied.add([
      { ...step('linear', 'a', 0, 3), variant: 'subgroup8' },
      { ...step('linear', 'a', 3, 1), variant: 'tiled', why },
      { ...step('linear', 'b', 4, 1), variant: 'tiled', why },
    ]);
    const lines = varied.table().split('\n');
    expect(lines.slice(3, 5).map((line) => line.split(/\s{2,}/).slice(0, 2))).toEqual([
      ['linear, subgroup8', '1'],
      ['linear, tiled', '2'],
    ]);
    expect(lines.slice(-3)).toEqual([
      'preferred variant not used',
      '  linear, tiled: not subgroup8: w is computed (2 calls)',
      '',
    ]);
    const { traceEvents } = JSON.parse(varied.trace()) as { traceEvents: { args: object }[] };
    expect(traceEvents[0].args).toMatchObject({ variant: 'subgroup8' });
    expect(traceEvents[1].args).toMatchObject({ variant: 'tiled', why });
  });

  it('puts runs one after another in the trace', () => {
    const { traceEvents } = JSON.parse(profile.trace()) as { traceEvents: { name: string; ts: number; dur: number }[] };
    expect(traceEvents.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ['matmul', 0, 3000],
      ['layerNorm', 3000, 1000],
      ['matmul', 4000, 4000],
      ['compact', 8000, 0],
    ]);
  });
});
