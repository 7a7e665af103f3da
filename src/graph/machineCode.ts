/**
 * Machine code before its first use. lavapipe, Mesa's software driver, makes the code of a pipeline only when the pipeline first
 * runs: one pipeline after the other, in the single thread of the device's queue. It keeps the code on disk. Here further devices
 * of the adapter run new pipelines on nothing, in threads of their own; the device that computes then finds the code on disk.
 */
import type { Dispatch } from '../kernels/dispatch.ts';
import type { Device } from './device.ts';
import { sourceOf } from './pipelineSource.ts';

/** Code that was made sooner must have been on disk. The code of the longest kernel of a plan takes far longer. */
const ON_DISK_MS = 60;

/** Dispatches of one plan. */
interface Batch {
  /** Whether the longest kernel's code was on disk: then the others' code is, too. Undefined until it is known. */
  onDisk?: boolean;
}

interface Job {
  readonly dispatch: Dispatch;
  readonly batch: Batch;
  readonly isLongest: boolean;
  done(): void;
}

export class MachineCode {
  private readonly jobs: Job[] = [];
  private readonly idle: CodeMaker[] = [];
  private workers = 0;

  constructor(private readonly device: Device) {}

  /**
   * Makes the code of dispatches, those of the longest kernel first, after all that was asked for before.
   * @returns promises that settle when the code is on disk, or cannot be made here; none if the device needs no help
   */
  make(dispatches: readonly Dispatch[]): Map<Dispatch, Promise<void>> {
    const { twinCount } = this.device;
    if (twinCount === 0) return new Map();
    const batch: Batch = {};
    const longestFirst = [...dispatches].sort((a, b) => lengthOf(b) - lengthOf(a));
    const promises = longestFirst.map((dispatch, i) => {
      const done = new Promise<void>((resolve) => {
        this.jobs.push({ dispatch, batch, isLongest: i === 0, done: resolve });
      });
      return [dispatch, done] as const;
    });
    while (this.workers < Math.min(twinCount, this.jobs.length)) void this.work();
    return new Map(promises);
  }

  /** Does jobs until none is left. */
  private async work(): Promise<void> {
    this.workers++;
    const maker = this.idle.pop() ?? (await CodeMaker.open(this.device));
    for (let job = this.jobs.shift(); job; job = this.jobs.shift()) {
      const { batch, dispatch, isLongest } = job;
      // Without a maker, or if it fails, the device itself makes the code when it needs it, and reports what is wrong.
      const ms = batch.onDisk ? undefined : await maker?.make(dispatch).catch(() => undefined);
      if (isLongest) batch.onDisk = ms !== undefined && ms < ON_DISK_MS;
      job.done();
    }
    if (maker) this.idle.push(maker);
    this.workers--;
  }
}

const lengthOf = ({ wgsl }: Dispatch): number => wgsl.reduce((n, text) => n + text.length, 0);

/** Bytes of a buffer that stands in for an operand, enough for every `struct Params`. */
const STAND_IN_BYTES = 65536;

/** A device that runs pipelines on nothing. */
class CodeMaker {
  /** Buffers by binding, because a buffer that is written may be bound once only. */
  private readonly buffers = new Map<number, GPUBuffer>();
  private readonly noWorkgroups: GPUBuffer;

  private constructor(
    private readonly device: Device,
    private readonly twin: GPUDevice,
  ) {
    this.noWorkgroups = twin.createBuffer({ label: 'no workgroups', size: 12, usage: 0x0100 }); // INDIRECT, filled with 0
  }

  static async open(device: Device): Promise<CodeMaker | undefined> {
    const twin = await device.twin();
    return twin && new CodeMaker(device, twin);
  }

  /** @returns milliseconds that the driver took */
  async make(d: Dispatch): Promise<number> {
    const { twin, device } = this;
    // Errors are the affair of the device that computes: it builds the same pipeline.
    twin.pushErrorScope('validation');
    const { descriptor, layout, entries } = sourceOf(twin, d);
    const pending = twin.createComputePipelineAsync(descriptor);
    void twin.popErrorScope();
    const pipeline = await device.wait(pending);
    const group = entries.map((entry) => ({ binding: entry.binding, resource: this.standIn(entry) }));
    const encoder = twin.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, twin.createBindGroup({ layout, entries: group }));
    // Dawn leaves out a direct dispatch of nothing, or warns of it.
    pass.dispatchWorkgroupsIndirect(this.noWorkgroups, 0);
    pass.end();
    const started = performance.now();
    twin.queue.submit([encoder.finish()]);
    await device.wait(twin.queue.onSubmittedWorkDone());
    return performance.now() - started;
  }

  private standIn({ binding, storageTexture }: GPUBindGroupLayoutEntry): GPUBindingResource {
    const { twin } = this;
    if (storageTexture) {
      const usage = 0x08; // STORAGE_BINDING
      return twin.createTexture({ size: [1, 1], format: storageTexture.format, usage }).createView();
    }
    const usage = 0x80 | 0x40; // STORAGE | UNIFORM
    const buffer = this.buffers.get(binding) ?? twin.createBuffer({ label: 'stand-in', size: STAND_IN_BYTES, usage });
    this.buffers.set(binding, buffer);
    return { buffer };
  }
}
