/** Runs a few ops on the test device: what a kernel's test needs. */
import { create, globals } from 'webgpu';
import { afterAll } from 'vitest';
import { Constants } from '../../src/graph/constants.ts';
import { Device, type DeviceOptions } from '../../src/graph/device.ts';
import { Pipelines } from '../../src/graph/pipelines.ts';
import { compile, type PlanInput, type Shared } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { Readback, type HostArray } from '../../src/graph/transfer.ts';
import type { DType } from '../../src/kernels/dispatch.ts';

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

export interface Sources {
  /** A value that is an input of the graph. */
  input(data: HostArray, shape: readonly number[]): Tensor;
  /** A value that is a constant (a weight), so that kernels may repack it. */
  weight(data: Float32Array, shape: readonly number[]): Tensor;
  readonly graph: Graph;
}

const noWeights = { tensor: () => Promise.reject(new Error('these tests use no checkpoint')) };

const dtypeOf = (data: HostArray): DType =>
  data instanceof Float32Array ? 'f32' : data instanceof Uint32Array ? 'u32' : 'i32';

/**
 * Records `build`, compiles and runs it, and reads its results.
 * @param device another device, or kernel choices that override the device's own (`{ target }` via openDevice)
 */
export async function evaluate<K extends string>(
  build: (sources: Sources) => Record<K, Tensor>,
  options: { device?: Device; fused?: boolean } = {},
): Promise<Record<K, HostArray>> {
  const device = options.device ?? (await testDevice());
  const graph = new Graph();
  const inputs: Record<string, PlanInput> = {};
  let count = 0;
  const outputs = build({
    graph,
    input(data, shape) {
      const name = `input${count++}`;
      inputs[name] = data;
      return graph.input(name, shape, dtypeOf(data));
    },
    weight: (data, shape) => graph.constant(`weight${count++}`, shape, [], () => data),
  });
  const sharedParts: Shared = {
    device,
    pipelines: new Pipelines(device),
    constants: new Constants(device, noWeights),
    readback: new Readback(device),
  };
  const plan = await compile(sharedParts, graph, { outputs, fused: options.fused });
  const values = await plan.run(inputs);
  const read = {} as Record<K, HostArray>;
  for (const name of Object.keys(outputs) as K[]) read[name] = await values[name].read();
  plan.dispose();
  sharedParts.constants.dispose();
  sharedParts.readback.dispose();
  return read;
}
