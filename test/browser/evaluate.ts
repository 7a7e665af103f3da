/** Stands in for `test/setup/evaluate.ts` in the browser bundle: it uses the browser's adapter, whose promises need no polling. */
import { Device, type DeviceOptions } from '../../src/graph/device.ts';
import {
  evaluate as evaluateOn,
  evaluateKernel as evaluateKernelOn,
  type HostTensor,
  type Sources,
} from '../../src/graph/evaluate.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import type { HostArray } from '../../src/graph/transfer.ts';
import { requestWebAdapter } from '../../src/host/web/adapter.ts';

export type { Sources };

/** Browsers need no polling: their driver runs in a process of its own. */
export const politeWait = <T>(promise: Promise<T>): Promise<T> => promise;

export async function openDevice(options: Partial<DeviceOptions> = {}): Promise<Device> {
  const { adapter } = await requestWebAdapter();
  return Device.create(adapter, { wait: politeWait, ...options });
}

let shared: Promise<Device> | undefined;

/** One device for all test files of the page; it goes when the page closes. */
export function testDevice(): Promise<Device> {
  shared ??= openDevice();
  return shared;
}

export async function evaluate<K extends string>(
  build: (sources: Sources) => Record<K, Tensor>,
  options: { device?: Device; fused?: boolean } = {},
): Promise<Record<K, HostArray>> {
  return evaluateOn(options.device ?? (await testDevice()), build, options);
}

export async function evaluateKernel<K extends string>(
  inputs: Readonly<Record<K, HostTensor>>,
  kernel: Parameters<typeof evaluateKernelOn<K>>[2],
): Promise<HostTensor[]> {
  return evaluateKernelOn(await testDevice(), inputs, kernel);
}
