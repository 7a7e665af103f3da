/** Runs a few ops on the test device, for tests of kernels. */
import { create, globals } from 'webgpu';
import { afterAll } from 'vitest';
import { Device, type DeviceOptions } from '../../src/graph/device.ts';
import {
  evaluate as evaluateOn,
  evaluateKernel as evaluateKernelOn,
  type HostTensor,
  type Sources,
} from '../../src/graph/evaluate.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import type { HostArray } from '../../src/graph/transfer.ts';

Object.assign(globalThis, globals);

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Polls with short sleeps: a bare `await` on a GPU promise spins and takes a core from the software driver. */
export async function politeWait<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = () => (settled = true);
  promise.then(done, done);
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!settled) Atomics.wait(sleeper, 0, 0, 1);
  }
  return promise;
}

let root: { gpu: GPU; adapter: GPUAdapter } | undefined;

/** A device on the machine's adapter. A missing adapter is a failure that says how to install one. */
export async function openDevice(options: Partial<DeviceOptions> = {}): Promise<Device> {
  if (!root) {
    const gpu = create([]);
    const adapter = await gpu.requestAdapter();
    if (!adapter) throw new Error('No WebGPU adapter. Run `npm run setup`, which installs a software one.');
    root = { gpu, adapter };
  }
  // An adapter gives one device only: ask for a fresh one each time.
  const adapter = (await root.gpu.requestAdapter())!;
  return Device.create(adapter, { wait: politeWait, ...options });
}

let shared: Promise<Device> | undefined;

/** The device that all tests of a file share. */
export function testDevice(): Promise<Device> {
  shared ??= openDevice();
  return shared;
}

afterAll(async () => {
  (await shared)?.dispose();
  shared = undefined;
  root = undefined;
});

export type { Sources };

/**
 * Records `build`, compiles and runs it, and reads its results.
 * @param options.device another device than the file's own, e.g. with other kernel choices or lowered limits
 */
export async function evaluate<K extends string>(
  build: (sources: Sources) => Record<K, Tensor>,
  options: { device?: Device; fused?: boolean } = {},
): Promise<Record<K, HostArray>> {
  return evaluateOn(options.device ?? (await testDevice()), build, options);
}

/** Runs a single kernel on host arrays, on the file's own device. */
export async function evaluateKernel<K extends string>(
  inputs: Readonly<Record<K, HostTensor>>,
  kernel: Parameters<typeof evaluateKernelOn<K>>[2],
): Promise<HostTensor[]> {
  return evaluateKernelOn(await testDevice(), inputs, kernel);
}
