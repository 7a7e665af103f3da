/** The checks of kernels that `unflat doctor --deep` runs: they are of all kernels, and find a wrong one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { checkedKernels, runChecks } from '../../tools/deep.ts';
import { root } from '../../tools/setup/process.mjs';
import { openDevice } from '../setup/evaluate.ts';

const opened: Device[] = [];
afterAll(() => opened.forEach((device) => device.dispose()));

async function device(options: Parameters<typeof openDevice>[0] = {}): Promise<Device> {
  const made = await openDevice(options);
  opened.push(made);
  return made;
}

describe('checks of kernels', () => {
  it('are of every kernel', () => {
    const kernels = readdirSync(join(root, 'src/kernels'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
      .map(({ name }) => name);
    expect(checkedKernels).toEqual(kernels.sort());
  });

  it('run in every variant that the device can run, and say how far they are', async () => {
    const steps: number[] = [];
    const results = await runChecks(await device(), ['softmax', 'affine'], (done) => steps.push(done));
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(steps).toEqual(Array.from({ length: results.length + 1 }, (_, i) => i));
    const variants = new Set(results.filter(({ kernel }) => kernel === 'softmax').map(({ variant }) => variant));
    expect(variants.size).toBeGreaterThan(1);
    for (const { error, bound } of results) expect(error).toBeLessThanOrEqual(bound!);
  });

  it('name a kernel that computes something else', async () => {
    const wrong = await device();
    const create = wrong.gpu.createShaderModule.bind(wrong.gpu);
    wrong.gpu.createShaderModule = (descriptor) => {
      const broken = descriptor.code.replaceAll('params.scale', '(params.scale * 1.001)');
      return create({ ...descriptor, code: descriptor.label === 'affine' ? broken : descriptor.code });
    };
    const results = await runChecks(wrong, ['affine', 'fill'], () => undefined);
    const failed = results.filter(({ passed }) => !passed);
    expect(new Set(failed.map(({ kernel }) => kernel))).toEqual(new Set(['affine']));
    expect(failed[0].problem).toMatch(/^(linear|limited) is off by \S+, but at most \S+ is allowed$/);
  });
});

it('hold on a device with what WebGPU guarantees and bindings of 16 MiB, for kernels that reach limits', async () => {
  const little = await device({
    limits: {
      maxBufferSize: 2 ** 28,
      maxStorageBufferBindingSize: 2 ** 24,
      maxComputeWorkgroupStorageSize: 16384,
      maxComputeInvocationsPerWorkgroup: 256,
      maxStorageBuffersPerShaderStage: 8,
      maxTextureDimension2D: 2048,
    },
    without: ['subgroups', 'timestamp-query', 'shader-f16'],
  });
  const results = await runChecks(little, ['softmax', 'reduce', 'seenMap', 'renderPoints'], () => undefined);
  expect(results.length).toBeGreaterThan(20);
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
});
