/** Records, compiles and runs a small graph once: for tests, self-tests and comparisons. */
import type { DType } from '../kernels/dispatch.ts';
import type { Device } from './device.ts';
import { compile, type CompileOptions, type PlanInput } from './plan.ts';
import { Graph } from './record.ts';
import { sharedFor } from './shared.ts';
import type { Tensor } from './tensor.ts';
import type { HostArray } from './transfer.ts';

export interface Sources {
  readonly graph: Graph;
  /** A value that is an input of the graph. Float32 values may be stored as f16. */
  input(data: HostArray, shape: readonly number[], dtype?: DType): Tensor;
  /** A value that is a constant (a weight), so that kernels may repack it. */
  weight(data: Float32Array, shape: readonly number[]): Tensor;
}

const dtypeOf = (data: HostArray): DType =>
  data instanceof Float32Array ? 'f32' : data instanceof Uint32Array ? 'u32' : 'i32';

export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: HostArray;
}

export type EvaluateOptions = Pick<CompileOptions, 'fused' | 'target'>;

/** @returns host copies of what `build` returns, by name, with their shapes */
export async function evaluateTensors<K extends string>(
  device: Device,
  build: (sources: Sources) => Record<K, Tensor>,
  options: EvaluateOptions = {},
): Promise<Record<K, HostTensor>> {
  const graph = new Graph();
  const inputs: Record<string, PlanInput> = {};
  let count = 0;
  const outputs = build({
    graph,
    input(data, shape, dtype = dtypeOf(data)) {
      const name = `input${count++}`;
      inputs[name] = data;
      return graph.input(name, shape, dtype);
    },
    weight: (data, shape) => graph.constant(`weight${count++}`, shape, [], () => data),
  });
  const shared = sharedFor(device);
  const plan = await compile(shared, graph, { outputs, ...options });
  try {
    const values = await plan.run(inputs);
    const read = {} as Record<K, HostTensor>;
    for (const name of Object.keys(outputs) as K[]) {
      read[name] = { shape: values[name].shape, data: await values[name].read() };
    }
    return read;
  } finally {
    plan.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  }
}

/** @returns host copies of what `build` returns, by name, flat */
export async function evaluate<K extends string>(
  device: Device,
  build: (sources: Sources) => Record<K, Tensor>,
  options: EvaluateOptions = {},
): Promise<Record<K, HostArray>> {
  const tensors = await evaluateTensors(device, build, options);
  return Object.fromEntries(Object.entries<HostTensor>(tensors).map(([k, t]) => [k, t.data])) as Record<K, HostArray>;
}
