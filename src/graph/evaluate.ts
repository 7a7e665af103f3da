/** Runs a small graph or a single kernel once. For tests, self-tests and comparisons. */
import type { DType, Step } from '../kernels/dispatch.ts';
import type { Target } from '../kernels/target.ts';
import type { Device } from './device.ts';
import { defineOp, type NoAttributes } from './op.ts';
import { compile, type CompileOptions, type PlanInput } from './plan.ts';
import { Graph } from './record.ts';
import { sharedFor } from './shared.ts';
import type { Tensor } from './tensor.ts';
import type { HostArray } from './transfer.ts';

export interface Sources {
  readonly graph: Graph;
  /** Records a value as an input of the graph. Float32 values may be stored as f16. */
  input(data: HostArray, shape: readonly number[], dtype?: DType): Tensor;
  /** Records a value as a constant, as weights are, so that kernels may repack it. */
  weight(data: Float32Array, shape: readonly number[]): Tensor;
}

const dtypeOf = (data: HostArray): DType =>
  data instanceof Float32Array ? 'f32' : data instanceof Uint32Array ? 'u32' : 'i32';

export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: HostArray;
}

export type EvaluateOptions = Pick<CompileOptions, 'fused' | 'target'>;

/** Records, compiles and runs a graph. @returns the tensors that `build` returns, read to the host, by name */
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
    weight: (data, shape) => graph.constant({ name: `weight${count++}`, of: data, shape, compute: () => data }),
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

/** As `evaluateTensors`, without the shapes. @returns values by name, flat */
export async function evaluate<K extends string>(
  device: Device,
  build: (sources: Sources) => Record<K, Tensor>,
  options: EvaluateOptions = {},
): Promise<Record<K, HostArray>> {
  const tensors = await evaluateTensors(device, build, options);
  return Object.fromEntries(Object.entries<HostTensor>(tensors).map(([k, t]) => [k, t.data])) as Record<K, HostArray>;
}

/**
 * Records a single kernel that no op calls alone. For tests and checks of kernels.
 * @param kernel calls the kernel's wrapper with the operands
 * @returns the outputs of the last dispatch, in order
 */
export function recordKernel<K extends string>(
  graph: Graph,
  operands: Readonly<Record<K, Tensor>>,
  kernel: (operands: Readonly<Record<K, Tensor>>, target: Target) => readonly Step[],
): readonly Tensor[] {
  const op = defineOp<Readonly<Record<K, Tensor>>, NoAttributes, readonly Tensor[]>(
    { name: 'kernel', lower: (target, inputs) => kernel(inputs, target) },
    (outputs) => outputs,
  );
  return op.record(operands, {}, graph);
}

/**
 * Runs a single kernel on host arrays. For tests.
 * @param inputs values by name
 * @param kernel calls the kernel's wrapper with an operand for each input
 * @returns host copies of the outputs of the last dispatch, in order
 */
export async function evaluateKernel<K extends string>(
  device: Device,
  inputs: Readonly<Record<K, HostTensor>>,
  kernel: (operands: Readonly<Record<K, Tensor>>, target: Target) => readonly Step[],
): Promise<HostTensor[]> {
  const results = await evaluateTensors(device, (s) => {
    const operands = {} as Record<K, Tensor>;
    for (const name of Object.keys(inputs) as K[]) operands[name] = s.input(inputs[name].data, inputs[name].shape);
    return Object.fromEntries(recordKernel(s.graph, operands, kernel).map((y, i) => [String(i), y]));
  });
  return Object.values(results);
}
