import { afterAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { expectSound, runSelfTest } from '../../src/host/selfTest.ts';
import { supportsSubgroup8 } from '../../src/kernels/target.ts';
import { openDevice } from '../setup/evaluate.ts';

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

describe('self-test with f16 weights', () => {
  it('passes in every variant that can run, of every kernel that reads halves', async () => {
    const device = await halfDevice();
    const results = await runSelfTest(device);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    const families =
      supportsSubgroup8(device.target) === true ? ['tiled', 'tiled8x8', 'subgroup8'] : ['tiled', 'tiled8x8'];
    const tested = results.map(({ name }) => name);
    for (const kernel of ['linear', 'conv2d', 'convTranspose2d']) {
      const variants = tested.filter((name) => name.startsWith(`${kernel} `)).map((name) => name.split(', ').at(-1));
      expect(variants).toEqual(families);
    }
  });

  it.each(['linear', 'conv2d', 'convTranspose2d'])(
    'refuses a device on which %s reads halves wrongly',
    async (kernel) => {
      const device = await halfDevice();
      breakHalvesOf(kernel, device);
      await expect(expectSound(device)).rejects.toThrow(
        new RegExp(`fails its self-test with f16 weights: ${kernel} [^:]*, tiled is off by`),
      );
      expect(() => device.check()).toThrow(/disposed/);
    },
  );
});
