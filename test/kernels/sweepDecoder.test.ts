import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { sweepDecoder } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { packDecoder, packedSize, type DecoderWeights } from '../../src/kernels/sweepDecoder/pack.ts';
import { sweepDecoderRef } from '../../src/kernels/sweepDecoder/sweepDecoder.ref.ts';
import { sweepDecoderObstacle } from '../../src/kernels/sweepDecoder/sweepDecoder.ts';
import { type SweepDecoderCase, sweepDecoderCases } from '../cases/sweepDecoder.ts';
import { evaluate, openDevice, testDevice } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

/** Weights that keep activations near 1. */
function weightsOf(C: number, depth: number): DecoderWeights {
  let seed = 1;
  const layer = (outputs: number, inputs: number) =>
    [noise(outputs * inputs, seed++, Math.sqrt(3 / inputs)), noise(outputs, seed++, 0.1)] as const;
  const norm = () => [noise(C, seed++, 0.1).map((v) => v + 1), noise(C, seed++, 0.1)] as const;
  const block = () => ({
    norm1: norm(),
    qkv: layer(3 * C, C),
    proj: layer(C, C),
    norm2: norm(),
    fc1: layer(4 * C, C),
    fc2: layer(C, 4 * C),
  });
  return { point: layer(C, 3), norm: norm(), blocks: Array.from({ length: depth }, block) };
}

/** @param cases all of them, or those with heads of 32 features, which share a program */
async function check(device: Device, cases: readonly SweepDecoderCase[] = sweepDecoderCases): Promise<void> {
  for (const { Q, C, heads, depth, M } of cases) {
    const weights = weightsOf(C, depth);
    const points = noise(3 * Q, 90, 9);
    const seen = noise(depth * M * 3 * C, 91, 1.5);
    const options = { heads, eps: 1e-6, shrinkThreshold: 10 };
    const { y } = await evaluate(
      (s) => ({
        y: sweepDecoder(
          s.input(points, [Q, 3]),
          s.input(seen, [depth, M, 3 * C]),
          s.weight(packDecoder({ channels: C, depth }, weights), [packedSize({ channels: C, depth })]),
          options,
        ),
      }),
      { device },
    );
    const expected = sweepDecoderRef(points, seen, weights, options);
    // Errors of sums of up to 4 C terms near 1, of exponents of logits of size sqrt(headDim), over 2 branches a block.
    const growth = 2 * depth * (Math.sqrt(4 * C) + 3 * Math.sqrt(C / heads) + Math.sqrt(M));
    expectClose(y, expected, 8 * EPS * growth * maxAbs(expected), `${Q} queries, ${C} channels`);
  }
}

describe('sweepDecoder', () => {
  it('is the decoder, in the variant that the adapter prefers', async () => {
    await check(await testDevice());
  });

  it('is the decoder, tiled, within the lowest limits that WebGPU allows', async () => {
    const device = await openDevice({
      target: { attention: 'tiled' },
      without: ['subgroups'],
      limits: { maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256 },
    });
    await check(device);
    device.dispose();
  });

  it('is the decoder, with 8 x 8 results per thread, within the same limits', async () => {
    const device = await openDevice({
      target: { attention: 'tiled8x8' },
      without: ['subgroups'],
      limits: { maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256 },
    });
    const heads32 = sweepDecoderCases.filter(({ C, heads }) => C / heads === 32);
    expect(heads32.length).toBe(2);
    await check(device, heads32);
    device.dispose();
  });

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
