import { afterAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { lower } from '../../src/graph/lower.ts';
import { expectSound, runSelfTest, stepsOf } from '../../src/host/selfTest.ts';
import { selfTestCases } from '../../src/host/selfTestCases.ts';
import { isCopy, type Step } from '../../src/kernels/dispatch.ts';
import { supportsSubgroup8, type Target } from '../../src/kernels/target.ts';
import { networkNamed, networks } from '../../src/pipeline/registry.ts';
import { openDevice } from '../setup/evaluate.ts';
import { largeTarget } from '../setup/halfGraphs.ts';

const devices: Device[] = [];

async function halfDevice(target?: Partial<Target>): Promise<Device> {
  const device = await openDevice({ precision: 'f16', target });
  devices.push(device);
  return device;
}

afterAll(() => {
  for (const device of devices) device.dispose();
});

/** Changes the WGSL of one kernel on its way to the device. */
function replaceIn(device: Device, kernel: string, text: string, by: string): void {
  const create = device.gpu.createShaderModule.bind(device.gpu);
  device.gpu.createShaderModule = (descriptor) => {
    const wrong = descriptor.code.replaceAll(text, by);
    return create({ ...descriptor, code: descriptor.label === kernel ? wrong : descriptor.code });
  };
}

/** Makes the shaders of one kernel read two of four halves wrongly. */
const breakHalvesOf = (kernel: string, device: Device): void =>
  replaceIn(device, kernel, 'unpack2x16float(h.y)', 'unpack2x16float(h.x)');

describe('self-test of matrix instructions', { timeout: 600_000 }, () => {
  const unit = { rows: 16, twin: true, refused: 'they are not tested' } as const;
  const linear = { linear: 'matrix', conv: 'matrix', matrix: unit } as const;

  it('lets kernels use them once every kernel has passed, in each of its tiles', async () => {
    const device = await halfDevice(linear);
    const tested = (await runSelfTest(device)).filter(({ matrix }) => matrix);
    expect(tested.map(({ name, passed }) => [name, passed])).toEqual(
      [
        'linear 37 x 768 x 96',
        'conv2d 3 x 3, 32 to 40',
        'convTranspose2d 2 x 2, 32 to 40',
        'linear 16384 x 44 x 132',
        'linear 64 x 44 x 16384',
      ].map((name) => [`${name}, matrix`, true]),
    );
    expect(device.target.matrix).toEqual({ ...unit, refused: undefined });
  });

  it('keeps kernels from wrong ones, and names them', async () => {
    const device = await halfDevice(linear);
    replaceIn(device, 'conv2d', 'total[i / 4u][i % 4u] +=', 'total[i / 4u][i % 4u] =');
    await expectSound(device);
    expect(device.target.matrix).toMatchObject({
      refused: expect.stringMatching(
        /^matrix instructions failed the self-test on this device: conv2d 3 x 3, 32 to 40, matrix is off by \d/,
      ) as string,
    });
  });

  it('keeps kernels from those that do not compile', async () => {
    const device = await halfDevice(linear);
    replaceIn(device, 'linear', 'fn multiplyAdd', 'fn multiplyAddOfAnotherVersion');
    await expectSound(device);
    expect(device.target.matrix).toMatchObject({
      refused: expect.stringMatching(/failed the self-test on this device: linear: its pipeline could not/) as string,
    });
  });
});

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
