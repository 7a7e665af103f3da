/**
 * A compiled graph. `compile` makes its steps, memory, pipelines and bind groups once; `run` replays them and allocates
 * nothing.
 */
import type { Operand } from '../kernels/dispatch.ts';
import { VEC4_BYTES, wordsIn } from '../kernels/dtype.ts';
import { bytesOf, show, size } from '../kernels/check.ts';
import type { Target } from '../kernels/target.ts';
import { bindSteps, expectBindable } from './bind.ts';
import { constantOf, type Resource } from './constants.ts';
import type { Device } from './device.ts';
import { LifetimeError, ShapeError } from './errors.ts';
import { fuse } from './fuse/index.ts';
import { Lifetime } from './lifetime.ts';
import { accesses, lower, type Lowered } from './lower.ts';
import type { MemoryPlan } from './memory.ts';
import type { Graph } from './record.ts';
import { Runner, type RunOptions } from './run.ts';
import type { Shared } from './shared.ts';
import { layOut, type PlanLayout } from './slots.ts';
import { inputsOf, Tensor, type Node } from './tensor.ts';
import { DeviceTensor, flatTexture, hostDtypeOf, storageBuffer, toStored, type HostArray } from './transfer.ts';

export interface CompileOptions {
  /** Names the plan in errors, by what it computes. */
  readonly name?: string;
  /** Tensors to compute, by the name of the result. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Whether fusion rules are applied; true by default. */
  readonly fused?: boolean;
  /** Overrides the device's target, such as its preferred kernel variants. */
  readonly target?: Partial<Target>;
  /** Gets the share of the upload that is done, 0..1. */
  readonly onUpload?: (done: number) => void;
}

export type PlanInput = HostArray | DeviceTensor;

export interface Plan {
  readonly memory: MemoryPlan;
  /** Number of dispatches and copies. */
  readonly steps: number;
  /**
   * Runs the graph. Results stay on the device until the next run; reading them later throws LifetimeError.
   * @throws ShapeError for a missing or unknown input, or one of another size or type; LifetimeError for an input that
   *   is gone, or if the plan was disposed; Canceled; DeviceError
   */
  run(inputs: Readonly<Record<string, PlanInput>>, options?: RunOptions): Promise<Record<string, DeviceTensor>>;
  /** Frees the memory of the plan and of its results. */
  dispose(): void;
}

interface Lowering {
  readonly lowered: Lowered;
  /** Tensors whose values an inspection gets, by name. */
  readonly taps: Readonly<Record<string, Tensor>>;
  /** Tensors that have memory of their own: results and taps. */
  readonly keep: ReadonlySet<Tensor>;
}

/** Lowers nodes for the device. @throws ShapeError */
function lowerNodes(
  { device, inspection }: Shared,
  graph: Graph,
  nodes: readonly Node[],
  options: CompileOptions,
): Lowering {
  const taps = inspection ? Object.fromEntries([...graph.taps].filter(([name]) => inspection.wants(name))) : {};
  const keep = rootsOf([...Object.values(taps), ...Object.values(options.outputs)]);
  return { lowered: lower(nodes, { ...device.target, ...options.target }), taps, keep };
}

const rootsOf = (tensors: readonly Tensor[]): Set<Tensor> => new Set(tensors.map((t) => t.root));

/** The nodes that the results depend on, fused unless there is an inspection. @throws ShapeError */
export function nodesFor(
  { inspection }: Shared,
  graph: Graph,
  { outputs, fused = true }: Pick<CompileOptions, 'outputs' | 'fused'>,
): readonly Node[] {
  const taps = [...graph.taps].filter(([name]) => inspection?.wants(name)).map(([, tap]) => tap);
  const keep = rootsOf([...taps, ...Object.values(outputs)]);
  const live = reachable(graph, keep);
  return fused && !inspection ? fuse(live, keep) : live;
}

/**
 * Builds the pipelines of a graph that will be compiled later, and nothing else: compiling it then takes less time.
 * @param nodes as of `compile`
 * @throws KernelError; DeviceError
 */
export async function buildAhead(
  shared: Shared,
  graph: Graph,
  options: CompileOptions,
  nodes = nodesFor(shared, graph, options),
): Promise<void> {
  shared.device.check();
  await shared.pipelines.prepare(lowerNodes(shared, graph, nodes, options).lowered.steps);
}

/**
 * Fuses and lowers the nodes that the results depend on, allocates memory, builds pipelines and uploads constants.
 * @param nodes runs these nodes of the graph in place of those of `nodesFor`
 * @throws LimitError if the device cannot bind an operand or is out of memory; KernelError; WeightsError; DeviceError
 */
export async function compile(
  shared: Shared,
  graph: Graph,
  options: CompileOptions,
  nodes = nodesFor(shared, graph, options),
): Promise<Plan> {
  const { device } = shared;
  const { name = 'the plan' } = options;
  device.check();
  const { lowered, taps, keep } = lowerNodes(shared, graph, nodes, options);
  expectBindable(device, lowered.steps); // checked first, because uploads may take minutes

  const constants = new Set<Operand>();
  for (const step of lowered.steps) {
    for (const o of [...accesses(step).reads, ...accesses(step).writes]) {
      if (constantOf(o)) constants.add(o.packed ? o : lowered.owner(o));
    }
  }
  for (const t of keep) if (t.origin.kind === 'constant') constants.add(t);
  const layout = layOut(lowered, graph.inputs.values(), keep);
  // Checked before weights are read.
  device.memory.expectRoom(name, shared.constants.missingBytes([...constants]) + layout.memory.peakBytes);
  const [pipelines] = await Promise.all([
    shared.pipelines.prepare(lowered.steps),
    shared.constants.upload([...constants], options.onUpload),
  ]);

  const allocation = await allocate(device, name, layout);
  const resource = (o: Operand): Resource => {
    if (constantOf(o)) return shared.constants.get(o.packed ? o : lowered.owner(o))!;
    return allocation.resources.get(lowered.owner(o))!;
  };
  const release = (): void => {
    for (const r of new Set(allocation.resources.values())) r.destroy();
    allocation.dummy.destroy();
  };
  const { encoded, arena } = await bindSteps(device, lowered, pipelines, resource, allocation.dummy).catch(
    (error: unknown) => {
      release();
      throw error;
    },
  );

  /** Lifetime of the results of the last run. */
  let lifetime = new Lifetime();
  const deviceTensors = (tensors: Readonly<Record<string, Tensor>>): Record<string, DeviceTensor> =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, t]) => [
        name,
        new DeviceTensor(name, resource(t.root) as GPUBuffer, t.shape, t.dtype, shared.readback, lifetime),
      ]),
    );
  const runner = new Runner(device, encoded);
  let running = false;
  let disposed = false;

  return {
    memory: layout.memory,
    steps: encoded.length,
    async run(inputs, runOptions = {}) {
      if (running) throw new Error(`${name} is running already; await the first run before the next.`);
      running = true;
      try {
        device.check();
        if (disposed) throw new LifetimeError(`${name} was disposed. Compile it again.`);
        const sources = sourcesOf(graph, inputs);
        // From here on the memory of the last results is overwritten, whether or not the run succeeds.
        lifetime.end(`${name} ran again`);
        lifetime = new Lifetime();
        feed(device, sources, (t) => allocation.resources.get(t) as GPUBuffer);
        await runner.run(runOptions);
        for (const [tap, value] of Object.entries(deviceTensors(taps)))
          shared.inspection!.found(tap, value.shape, await value.read());
        return deviceTensors(options.outputs);
      } finally {
        running = false;
      }
    },
    dispose() {
      disposed = true;
      lifetime.end(`${name} was disposed`);
      runner.dispose();
      release();
      arena?.destroy();
    },
  };
}

/** The nodes that the wanted tensors depend on, in order of recording. */
function reachable(graph: Graph, wanted: ReadonlySet<Tensor>) {
  const needed = new Set<Tensor>(wanted);
  const kept = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((o) => needed.has(o))) return false;
    for (const x of inputsOf(node.inputs)) needed.add(x.root);
    return true;
  });
  return kept.reverse();
}

interface Allocation {
  readonly resources: Map<Operand, Resource>;
  readonly dummy: GPUBuffer;
}

/** Gives every input and every computed operand its buffer or texture. */
async function allocate(device: Device, name: string, layout: PlanLayout): Promise<Allocation> {
  const resources = new Map<Operand, Resource>();
  const { groups, own, memory } = layout;
  const dummy = await device.guarded(`Memory of ${name} (${memory.peakBytes} bytes)`, (owned) => {
    for (const { storage, members, plan } of groups) {
      const made = plan.slotBytes.map((bytes, s) =>
        owned<Resource>(
          storage === 'buffer'
            ? storageBuffer(device, `${name}: slot ${s}`, bytes)
            : flatTexture(device, `${name}: texture slot ${s}`, wordsIn(bytes), storage),
        ),
      );
      members.forEach((o, i) => resources.set(o, made[plan.slots[i]]));
    }
    for (const t of own) {
      const label = t.origin.kind === 'input' ? `input ${t.origin.name}` : 'result';
      resources.set(t, owned(storageBuffer(device, `${name}: ${label}`, bytesOf(t))));
    }
    return owned(storageBuffer(device, 'dummy', VEC4_BYTES));
  });
  return { resources, dummy };
}

/**
 * Checks the inputs of a run. @returns their values by tensor: on the host, or in a buffer on the device
 * @throws ShapeError, LifetimeError
 */
function sourcesOf(graph: Graph, inputs: Readonly<Record<string, PlanInput>>): Map<Tensor, HostArray | GPUBuffer> {
  const unknown = Object.keys(inputs).filter((name) => !graph.inputs.has(name));
  if (unknown.length)
    throw new ShapeError(`run: there is no input "${unknown[0]}"; inputs are ${[...graph.inputs.keys()].join(', ')}.`);
  const sources = new Map<Tensor, HostArray | GPUBuffer>();
  for (const [name, tensor] of graph.inputs) {
    const value = inputs[name];
    if (value === undefined) throw new ShapeError(`run: the input "${name}" ${show(tensor.shape)} is missing.`);
    const count = value instanceof DeviceTensor ? size(value) : value.length;
    const dtype = value instanceof DeviceTensor ? value.dtype : dtypeOf(value);
    const wanted = value instanceof DeviceTensor ? tensor.dtype : hostDtypeOf(tensor.dtype);
    if (count !== size(tensor) || dtype !== wanted) {
      throw new ShapeError(
        `run: the input "${name}" is ${tensor.dtype} ${show(tensor.shape)}, got ${count} ${dtype} value(s).`,
      );
    }
    sources.set(tensor, value instanceof DeviceTensor ? value.buffer : toStored(value, tensor.dtype));
  }
  return sources;
}

/** Copies the inputs of a run into the plan's buffers. */
function feed(
  device: Device,
  sources: ReadonlyMap<Tensor, HostArray | GPUBuffer>,
  bufferOf: (t: Tensor) => GPUBuffer,
): void {
  const encoder = device.gpu.createCommandEncoder({ label: 'inputs' });
  for (const [tensor, source] of sources) {
    const buffer = bufferOf(tensor);
    if (ArrayBuffer.isView(source)) {
      device.gpu.queue.writeBuffer(buffer, 0, source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
    } else {
      encoder.copyBufferToBuffer(source, 0, buffer, 0, bytesOf(tensor));
    }
  }
  device.gpu.queue.submit([encoder.finish()]);
}

const dtypeOf = (a: HostArray) => (a instanceof Float32Array ? 'f32' : a instanceof Uint32Array ? 'u32' : 'i32');
