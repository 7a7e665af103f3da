/** Runs the encoded steps of a plan, in submissions of limited time, with progress, cancellation and profiling. */
import type { Device } from './device.ts';
import { Canceled, DeviceError } from './errors.ts';
import { SubmissionPace } from './submissionPace.ts';
import { copyToFlat } from './transfer.ts';

export interface EncodedStep {
  readonly label: string;
  /** Variant of the kernel, and why the preferred variant was not taken: as in a `Dispatch`. */
  readonly variant?: string;
  readonly why?: string;
  readonly scope: string;
  readonly flops: number;
  readonly dispatch?: {
    readonly pipeline: GPUComputePipeline;
    readonly bindGroup: GPUBindGroup;
    readonly workgroups: readonly [number, number, number];
  };
  readonly copy?: {
    readonly buffer: GPUBuffer;
    readonly texture: GPUTexture;
    readonly elements: number;
    readonly at: number;
  };
}

/** Time of one step on the device. */
export interface StepTime {
  readonly kernel: string;
  /** Variant of the kernel, where it has several. */
  readonly variant?: string;
  /** Why the preferred variant was not taken; absent when it was. */
  readonly why?: string;
  readonly scope: string;
  readonly flops: number;
  /** Milliseconds since the first step of the run. */
  readonly startMs: number;
  readonly ms: number;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Gets the share of the work that is done, 0..1. */
  readonly onProgress?: (done: number) => void;
  /** Gets the time of every dispatch and copy after the run. With it, each dispatch runs in a pass of its own. */
  readonly onProfile?: (times: readonly StepTime[]) => void;
}

/** Overhead of a dispatch or copy, as the number of floating-point operations that take the same time. */
const OVERHEAD_FLOPS = 1e6;
/** Steps of one profiled submission: WebGPU allows 4096 timestamps in a query set. */
const PROFILED_STEPS = 2048;
/** A step has two timestamps of 64 bits: its begin and its end. */
const TIMESTAMP_BYTES = 2 * BigUint64Array.BYTES_PER_ELEMENT;

export class Runner {
  private readonly pace: SubmissionPace;
  private queries: { set: GPUQuerySet; resolve: GPUBuffer; staging: GPUBuffer } | undefined;

  constructor(
    private readonly device: Device,
    private readonly steps: readonly EncodedStep[],
  ) {
    this.pace = new SubmissionPace(device.submissionMs);
  }

  /** Runs all steps. @throws Canceled between two submissions once the signal is aborted; DeviceError */
  async run({ signal, onProgress, onProfile }: RunOptions): Promise<void> {
    if (onProfile && !this.device.hasTimestamps) {
      throw new DeviceError('This adapter has no timestamp queries, so it cannot be profiled. Choose another adapter.');
    }
    const total = this.steps.reduce((n, s) => n + s.flops + OVERHEAD_FLOPS, 0);
    const times: StepTime[] = [];
    let origin: bigint | undefined;
    let done = 0;
    for (let from = 0; from < this.steps.length;) {
      if (signal?.aborted) throw new Canceled('The run');
      this.pace.aim(this.device.submissionMs);
      let to = from;
      let work = 0;
      while (to < this.steps.length && (to === from || work < this.pace.flops)) {
        if (onProfile && to - from >= PROFILED_STEPS) break;
        work += this.steps[to++].flops + OVERHEAD_FLOPS;
      }
      const started = performance.now();
      const stamps = await this.submit(from, to, onProfile !== undefined);
      this.pace.learn(work, performance.now() - started);
      if (stamps) {
        for (let i = from; i < to; i++) {
          const [begin, end] = [stamps[2 * (i - from)], stamps[2 * (i - from) + 1]];
          origin ??= begin;
          const { label, variant, why, scope, flops } = this.steps[i];
          times.push({
            kernel: label,
            ...(variant !== undefined && { variant }),
            ...(why !== undefined && { why }),
            scope,
            flops,
            startMs: Number(begin - origin) / 1e6,
            ms: Number(end - begin) / 1e6,
          });
        }
      }
      done += work;
      from = to;
      onProgress?.(done / total);
    }
    if (onProfile) onProfile(times);
  }

  private async submit(from: number, to: number, timed: boolean): Promise<BigUint64Array | undefined> {
    const { gpu } = this.device;
    const queries = timed ? await this.timing() : undefined;
    const encoder = gpu.createCommandEncoder({ label: `steps ${from}..${to}` });
    let pass: GPUComputePassEncoder | undefined;
    for (let i = from; i < to; i++) {
      const { dispatch, copy, label } = this.steps[i];
      const k = 2 * (i - from);
      if (copy) {
        pass?.end();
        pass = undefined;
        // Only passes write timestamps, so an empty pass before and one after the copy time it.
        const stamp = (writes: Omit<GPUComputePassTimestampWrites, 'querySet'>): void => {
          if (queries) encoder.beginComputePass({ timestampWrites: { querySet: queries.set, ...writes } }).end();
        };
        stamp({ beginningOfPassWriteIndex: k });
        copyToFlat(encoder, copy.buffer, copy.texture, copy.elements, copy.at);
        stamp({ endOfPassWriteIndex: k + 1 });
        continue;
      }
      if (queries) {
        pass = encoder.beginComputePass({
          label,
          timestampWrites: { querySet: queries.set, beginningOfPassWriteIndex: k, endOfPassWriteIndex: k + 1 },
        });
      } else {
        pass ??= encoder.beginComputePass({ label: 'plan' });
      }
      pass.setPipeline(dispatch!.pipeline);
      pass.setBindGroup(0, dispatch!.bindGroup);
      pass.dispatchWorkgroups(...dispatch!.workgroups);
      if (queries) {
        pass.end();
        pass = undefined;
      }
    }
    pass?.end();
    const bytes = TIMESTAMP_BYTES * (to - from);
    if (queries) {
      encoder.resolveQuerySet(queries.set, 0, 2 * (to - from), queries.resolve, 0);
      encoder.copyBufferToBuffer(queries.resolve, 0, queries.staging, 0, bytes);
    }
    gpu.queue.submit([encoder.finish()]);
    await this.device.wait(gpu.queue.onSubmittedWorkDone());
    if (!queries) return undefined;
    await this.device.wait(queries.staging.mapAsync(0x01, 0, bytes));
    const stamps = new BigUint64Array(queries.staging.getMappedRange(0, bytes).slice(0));
    queries.staging.unmap();
    return stamps;
  }

  private async timing() {
    const { device } = this;
    const size = TIMESTAMP_BYTES * PROFILED_STEPS;
    this.queries ??= await device.guarded(`Timestamps (${size} bytes)`, (own) => ({
      set: own(device.gpu.createQuerySet({ type: 'timestamp', count: 2 * PROFILED_STEPS })),
      resolve: own(device.createBuffer({ label: 'timestamps', size, usage: 0x0200 | 0x04 })), // QUERY_RESOLVE | COPY_SRC
      staging: own(device.createBuffer({ label: 'timestamps', size, usage: 0x01 | 0x08 })), // MAP_READ | COPY_DST
    }));
    return this.queries;
  }

  dispose(): void {
    this.queries?.set.destroy();
    this.queries?.resolve.destroy();
    this.queries?.staging.destroy();
  }
}
