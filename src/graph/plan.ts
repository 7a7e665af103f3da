/**
 * A compiled graph: steps, memory, pipelines and bind groups, made once. `run` replays it: no planning, no allocation,
 * no new pipeline.
 */
import type { Operand } from '../kernels/dispatch.ts';
import { bufferBytes, wordsIn } from '../kernels/dtype.ts';
import { show, size } from '../kernels/check.ts';
import type { Target } from '../kernels/target.ts';
import { bindSteps, expectBindable } from './bind.ts';
import { constantOf, type Resource } from './constants.ts';
import type { Device } from './device.ts';
import { ShapeError } from './errors.ts';
import { fuse } from './fuse/index.ts';
import { accesses, lower, type Lowered } from './lower.ts';
import { planMemory, type MemoryPlan, type Value } from './memory.ts';
import type { Graph } from './record.ts';
import { Runner, type RunOptions } from './run.ts';
import type { Shared } from './shared.ts';
import { Tensor } from './tensor.ts';
import { DeviceTensor, flatTexture, hostDtypeOf, storageBuffer, toStored, type HostArray } from './transfer.ts';

export interface CompileOptions {
  /** Results by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Whether to fuse; on by default. */
  readonly fused?: boolean;
  /** Overrides the device's preferred variants of kernels. */
  readonly target?: Partial<Target>;
  /** Share of the upload done, 0..1. */
  readonly onUpload?: (done: number) => void;
}

export type PlanInput = HostArray | DeviceTensor;

export interface Plan {
  readonly memory: MemoryPlan;
  /** Number of dispatches and copies. */
  readonly steps: number;
  /**
   * Runs the graph. Results stay on the device until the next run.
   * @throws ShapeError on a missing, unknown or misshapen input; Canceled; DeviceError
   */
  run(inputs: Readonly<Record<string, PlanInput>>, options?: RunOptions): Promise<Record<string, DeviceTensor>>;
  dispose(): void;
}

const bytesOf = (o: Operand): number => bufferBytes(size(o), o.dtype);

export async function compile(shared: Shared, graph: Graph, options: CompileOptions): Promise<Plan> {
  const { device } = shared;
  device.check();
  const { inspection } = shared;
  const taps = inspection ? Object.fromEntries([...graph.taps].filter(([name]) => inspection.wants(name))) : {};
  const keep = new Set([...Object.values(taps), ...Object.values(options.outputs)].map((t) => t.root));
  const live = reachable(graph, keep);
  const lowered = lower(options.fused === false || inspection ? live : fuse(live, keep), {
    ...device.target,
    ...options.target,
  });
  expectBindable(device, lowered.steps); // before minutes of uploading

  const constants = new Set<Operand>();
  const owners = new Set<Operand>();
  for (const step of lowered.steps) {
    for (const o of [...accesses(step).reads, ...accesses(step).writes]) {
      if (constantOf(o)) constants.add(o.packed ? o : lowered.owner(o));
      else owners.add(lowered.owner(o));
    }
  }
  for (const t of keep) if (t.origin.kind === 'constant') constants.add(t);
  const [pipelines] = await Promise.all([
    shared.pipelines.prepare(lowered.steps),
    shared.constants.upload([...constants], options.onUpload),
  ]);

  const allocation = await allocate(device, graph, lowered, owners, keep);
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

  const kept = (tensors: Readonly<Record<string, Tensor>>): Record<string, DeviceTensor> =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, t]) => [
        name,
        new DeviceTensor(resource(t.root) as GPUBuffer, t.shape, t.dtype, shared.readback),
      ]),
    );
  const outputs = kept(options.outputs);
  const inspected = kept(taps);
  const runner = new Runner(device, encoded);
  let running = false;

  return {
    memory: allocation.memory,
    steps: encoded.length,
    async run(inputs, runOptions = {}) {
      if (running) throw new Error('this plan is running already; await the first run before the next');
      running = true;
      try {
        device.check();
        feed(device, graph, inputs, (t) => allocation.resources.get(t) as GPUBuffer | undefined);
        await runner.run(runOptions);
        for (const [name, tap] of Object.entries(inspected)) inspection!.found(name, tap.shape, await tap.read());
        return outputs;
      } finally {
        running = false;
      }
    },
    dispose() {
      runner.dispose();
      release();
      arena?.destroy();
    },
  };
}

/** Nodes that the wanted tensors depend on, in order. */
function reachable(graph: Graph, wanted: ReadonlySet<Tensor>) {
  const needed = new Set<Tensor>(wanted);
  const kept = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((o) => needed.has(o))) return false;
    for (const x of Object.values(node.inputs).flat()) if (x) needed.add((x as Tensor).root);
    return true;
  });
  return kept.reverse();
}

interface Allocation {
  readonly resources: Map<Operand, Resource>;
  readonly dummy: GPUBuffer;
  readonly memory: MemoryPlan;
}

/** Gives every computed operand its buffer or texture; operands with disjoint lifetimes share. */
async function allocate(
  device: Device,
  graph: Graph,
  lowered: Lowered,
  owners: ReadonlySet<Operand>,
  keep: ReadonlySet<Tensor>,
): Promise<Allocation> {
  const life = new Map<Operand, { from: number; to: number }>();
  lowered.steps.forEach((step, i) => {
    const { reads, writes } = accesses(step);
    for (const o of [...reads, ...writes]) {
      const owner = lowered.owner(o);
      const span = life.get(owner);
      if (span) span.to = i;
      else life.set(owner, { from: i, to: i });
    }
  });
  const resources = new Map<Operand, Resource>();
  const isOwn = (o: Operand): boolean => o instanceof Tensor && (o.origin.kind === 'input' || keep.has(o));
  const transient = [...owners].filter((o) => !isOwn(o));
  const groups = new Map<string, Operand[]>();
  for (const o of transient) {
    const kind = o.storage ?? 'buffer';
    groups.set(kind, [...(groups.get(kind) ?? []), o]);
  }
  let peakBytes = 0;
  let sumBytes = 0;
  const slotBytes: number[] = [];
  const slots: number[] = [];
  const dummy = await device.guarded('Allocation of the plan', () => {
    for (const [kind, members] of groups) {
      const values: Value[] = members.map((o) => ({ bytes: bytesOf(o), ...life.get(o)! }));
      const plan = planMemory(values);
      const made = plan.slotBytes.map((bytes, s) =>
        kind === 'buffer'
          ? storageBuffer(device, `slot ${s}`, bytes)
          : flatTexture(device, `texture slot ${s}`, wordsIn(bytes), kind as GPUTextureFormat),
      );
      members.forEach((o, i) => resources.set(o, made[plan.slots[i]]));
      peakBytes += plan.peakBytes;
      sumBytes += plan.sumBytes;
      slots.push(...plan.slots.map((s) => s + slotBytes.length));
      slotBytes.push(...plan.slotBytes);
    }
    for (const t of new Set<Tensor>([...graph.inputs.values(), ...keep])) {
      if (t.origin.kind === 'constant') continue;
      const label = t.origin.kind === 'input' ? `input ${t.origin.name}` : 'result';
      resources.set(t, storageBuffer(device, label, bytesOf(t)));
      peakBytes += bytesOf(t);
      sumBytes += bytesOf(t);
    }
    return storageBuffer(device, 'dummy', 16);
  });
  return { resources, dummy, memory: { slots, slotBytes, peakBytes, sumBytes } };
}

/** Brings the inputs of a run into their buffers. */
function feed(
  device: Device,
  graph: Graph,
  inputs: Readonly<Record<string, PlanInput>>,
  bufferOf: (t: Tensor) => GPUBuffer | undefined,
): void {
  const unknown = Object.keys(inputs).filter((name) => !graph.inputs.has(name));
  if (unknown.length)
    throw new ShapeError(`run: there is no input "${unknown[0]}"; inputs are ${[...graph.inputs.keys()].join(', ')}.`);
  const encoder = device.gpu.createCommandEncoder({ label: 'inputs' });
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
    const buffer = bufferOf(tensor)!;
    if (value instanceof DeviceTensor) {
      encoder.copyBufferToBuffer(value.buffer, 0, buffer, 0, bytesOf(tensor));
      continue;
    }
    const data = toStored(value, tensor.dtype);
    device.gpu.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }
  device.gpu.queue.submit([encoder.finish()]);
}

const dtypeOf = (a: HostArray) => (a instanceof Float32Array ? 'f32' : a instanceof Uint32Array ? 'u32' : 'i32');
