/** What is said of a network's memory beforehand, against what it takes on a device. */
import { describe, expect, it } from 'vitest';
import type { AdapterDescription } from '../../src/graph/device.ts';
import { footprintOf } from '../../src/graph/footprint.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { concat } from '../../src/graph/ops/movement.ts';
import { layerNorm } from '../../src/graph/ops/rows.ts';
import { BASELINE } from '../../src/kernels/target.ts';
import { fitOf } from '../../src/pipeline/fit.ts';
import { encoderGraph, promptGraph } from '../../src/pipeline/sam/graphs.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { presets, specsOfCheckpoint, syntheticSet, type ChainConfig } from '../../src/pipeline/registry.ts';
import { checkpoints, findCheckpoint, syntheticSource, tensorBytes } from '../../weights/index.ts';
import { testDevice } from '../setup/evaluate.ts';

const MiB = 2 ** 20;

/** The least that WebGPU guarantees, on a GPU. */
const adapterWith = (limits: Record<string, number> = {}): AdapterDescription => ({
  info: { vendor: 'v', architecture: 'a', device: '', description: '' } as GPUAdapterInfo,
  limits: {
    ...{ maxBufferSize: 256 * MiB, maxStorageBufferBindingSize: 128 * MiB, maxStorageBuffersPerShaderStage: 8 },
    ...{ maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 256, ...limits },
  } as unknown as GPUSupportedLimits,
  features: new Set(),
});

describe('the footprint of graphs', () => {
  it('is what their constants take on the device', async () => {
    const device = await testDevice();
    const config = samConfigs.small;
    const shared = sharedFor(device, syntheticSource(samModule.specs(config), 1));
    const recorded = [encoderGraph({ config }), promptGraph({ config, batch: 1, count: 2, hasMask: true })];
    for (const { graph, outputs } of recorded) (await compile(shared, graph, { outputs })).dispose();
    const { constantBytes } = footprintOf(
      recorded.map(({ graph }) => graph),
      device.target,
    );
    // Buffers are rounded up to whole vec4s.
    expect(constantBytes / shared.constants.bytes).toBeCloseTo(1, 3);
    shared.constants.dispose();
  });

  it('counts constants once, and the largest buffer of any kind', () => {
    const graph = new Graph();
    const x = graph.input('x', [1000, 4]);
    const [gamma, beta] = ['gamma', 'beta'].map((name) => graph.weight(name, [4]));
    const y = layerNorm(layerNorm(x, gamma, beta, 1e-6), gamma, beta, 1e-6);
    expect(footprintOf([graph], BASELINE)).toEqual({ constantBytes: 32, largestBuffer: 16_000, valueBytes: 48_000 });
    concat([y, y], 0);
    expect(footprintOf([graph, graph], BASELINE)).toEqual({
      constantBytes: 32,
      largestBuffer: 32_000,
      valueBytes: 160_000,
    });
  });
});

describe('the fit of networks', () => {
  it('is given with what WebGPU guarantees, for every checkpoint', () => {
    const fits = fitOf(checkpoints, adapterWith());
    expect(fits.map(({ fits, reason }) => [fits, reason])).toEqual(checkpoints.map(() => [true, undefined]));
    for (const [i, { weightBytes, largestBuffer, maxBuffer }] of fits.entries()) {
      // Layouts of kernels and tables add little, but the decoder of MCC is there in two forms.
      const inFile = tensorBytes(specsOfCheckpoint(checkpoints[i]));
      expect(weightBytes / inFile).toBeGreaterThan(0.94);
      expect(weightBytes / inFile).toBeLessThan(1.15);
      expect(largestBuffer).toBeGreaterThan(32 * MiB);
      expect(maxBuffer).toBe(128 * MiB);
    }
  });

  it('takes half the memory with f16', () => {
    const sam = [findCheckpoint('sam-vit-b')!];
    const [[f32], [f16]] = (['f32', 'f16'] as const).map((precision) => fitOf(sam, adapterWith(), precision));
    expect(f16.weightBytes / f32.weightBytes).toBeCloseTo(0.52, 1);
  });

  it('says which limit is too low', () => {
    const sam = [findCheckpoint('sam-vit-b')!];
    const [small] = fitOf(sam, adapterWith({ maxStorageBufferBindingSize: 16 * MiB }));
    expect(small).toMatchObject({
      ...{ network: 'sam', title: 'SAM', fits: false, maxBuffer: 16 * MiB },
      reason: `SAM needs a buffer of ${small.largestBuffer} bytes, but this adapter allows ${16 * MiB}. Use a smaller network.`,
    });
    const [few] = fitOf(sam, adapterWith({ maxStorageBuffersPerShaderStage: 4 }));
    expect(few.reason).toBe('The adapter has maxStorageBuffersPerShaderStage = 4; at least 8 is needed.');
    const [zoe] = fitOf([findCheckpoint('zoed-n')!], adapterWith({ maxStorageBufferBindingSize: MiB }));
    expect(zoe).toMatchObject({ fits: false, reason: expect.stringContaining('this device binds at most') as string });
    expect(zoe.weightBytes).toBeGreaterThan(1000 * MiB);
  });

  it('is given for opened weights of any configuration', () => {
    const { sam, zoe } = presets.small;
    const fits = fitOf(syntheticSet(1, { sam, zoe } as ChainConfig), adapterWith());
    expect(fits.map(({ network, fits }) => [network, fits])).toEqual([
      ['sam', true],
      ['zoe', true],
    ]);
    expect(fits[0].weightBytes).toBeLessThan(4 * MiB);
  });
});
