import { afterAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { lower } from '../../src/graph/lower.ts';
import { expectSound, runSelfTest, stepsOf } from '../../src/host/selfTest.ts';
import { selfTestCases } from '../../src/host/selfTestCases.ts';
import { isCopy, type Step } from '../../src/kernels/dispatch.ts';
import { supportsSubgroup8 } from '../../src/kernels/target.ts';
import { networkNamed, networks } from '../../src/pipeline/registry.ts';
import { openDevice } from '../setup/evaluate.ts';
import { largeTarget } from '../setup/halfGraphs.ts';

const devices: Device[] = [];

async function halfDevice(): Promise<Device> {
  const device = await openDevice({ precision: 'f16' });
  devices.push(device);
  return device;
}

afterAll(() => {
  for (const device of devices) device.dispose();
});

/** Makes the shaders of one kernel read two of four halves wrongly. */
function breakHalvesOf(kernel: string, device: Device): void {
  const create = device.gpu.createShaderModule.bind(device.gpu);
  device.gpu.createShaderModule = (descriptor) => {
    const wrong = descriptor.code.replaceAll('unpack2x16float(h.y)', 'unpack2x16float(h.x)');
    return create({ ...descriptor, code: descriptor.label === kernel ? wrong : descriptor.code });
  };
}

// Most of the time is the first compilation of the kernels, which software drivers cache.
describe('self-test with f16', { timeout: 600_000 }, () => {
  it('passes in every variant that can run, of every kernel that reads halves', async () => {
    const device = await halfDevice();
    const results = await runSelfTest(device);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    const families =
      supportsSubgroup8(device.target) === true ? ['tiled', 'tiled8x8', 'subgroup8'] : ['tiled', 'tiled8x8'];
    const tested = results.map(({ name }) => name);
    for (const kernel of ['linear', 'conv2d', 'convTranspose2d', 'attention']) {
      const variants = tested.filter((name) => name.startsWith(`${kernel} `)).map((name) => name.split(', ').at(-1));
      expect(new Set(variants)).toEqual(new Set(families));
    }
  });

  it('runs every kernel that a network runs on halves', () => {
    const target = { ...largeTarget, precision: 'f16' } as const;
    const kernelsOf = (steps: readonly Step[]) =>
      steps.flatMap((step) =>
        !isCopy(step) && [...step.inputs, ...step.outputs].some((x) => x?.dtype === 'f16') ? [step.kernel] : [],
      );
    const used = networks.flatMap(({ id }) => {
      const network = networkNamed(id);
      return Object.values(network.configs).flatMap((config) =>
        network.record(config, target).flatMap(({ nodes }) => kernelsOf(lower(nodes, target).steps)),
      );
    });
    const tested = new Set(selfTestCases('f16').flatMap((one) => kernelsOf(stepsOf(one, target))));
    expect(used.length).toBeGreaterThan(100);
    expect([...new Set(used)].filter((kernel) => !tested.has(kernel))).toEqual([]);
  });

  it.each(['linear', 'conv2d', 'convTranspose2d'])(
    'refuses a device on which %s reads halves wrongly',
    async (kernel) => {
      const device = await halfDevice();
      breakHalvesOf(kernel, device);
      await expect(expectSound(device)).rejects.toThrow(
        new RegExp(`fails its self-test with f16 storage: [^:]*${kernel} [^:]*, tiled is off by`),
      );
      expect(() => device.check()).toThrow(/disposed/);
    },
  );
});
