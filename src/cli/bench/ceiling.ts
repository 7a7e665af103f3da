/** What this adapter can do at most, measured: arithmetic in registers, and copying of memory. */
import type { Device } from '../../graph/device.ts';
import { operand, type Dispatch } from '../../kernels/dispatch.ts';
import ceilingWgsl from './ceiling.wgsl';
import { measure } from './measure.ts';

export interface Ceiling {
  gflops: number;
  /** Bytes read plus bytes written. */
  gigabytesPerSecond: number;
}

/** Multiply-adds that one invocation does in a round: two accumulators of four, 32 steps each. */
const PER_ROUND = 2 * 4 * 32;
const ROUNDS = 128;
const COPY_BYTES = 64 * 2 ** 20;
const COPIES = 9;

/** Measures both ceilings, by their fastest runs; takes about a second. */
export async function measureCeiling(device: Device, signal?: AbortSignal): Promise<Ceiling> {
  // A software adapter runs a hundred invocations at a time, a GPU a hundred thousand.
  const workgroups = device.adapterClass === 'gpu' ? 16384 : 512;
  const { bestMs } = await measure(
    device,
    ({ graph }) => graph.record('ceiling', {}, {}, () => [arithmetic(workgroups)])[0],
    { signal },
  );
  const flops = 2 * PER_ROUND * ROUNDS * 64 * workgroups;
  return { gflops: flops / bestMs / 1e6, gigabytesPerSecond: (2 * COPY_BYTES) / (await copyMs(device)) / 1e6 };
}

const arithmetic = (workgroups: number): Dispatch => ({
  kernel: 'ceiling',
  wgsl: [ceilingWgsl],
  params: { rounds: ROUNDS, factor: 0.5 },
  inputs: [],
  outputs: [operand([64 * workgroups])],
  workgroups: [workgroups, 1, 1],
  flops: 2 * PER_ROUND * ROUNDS * 64 * workgroups,
});

/** Milliseconds of wall time for the fastest copy of `COPY_BYTES` between two buffers. */
async function copyMs(device: Device): Promise<number> {
  const { gpu } = device;
  const usage = 0x04 | 0x08; // COPY_SRC | COPY_DST
  const [from, to] = [0, 1].map((i) => gpu.createBuffer({ label: `ceiling ${i}`, size: COPY_BYTES, usage }));
  const times: number[] = [];
  for (let i = 0; i < COPIES; i++) {
    const encoder = gpu.createCommandEncoder({ label: 'ceiling' });
    encoder.copyBufferToBuffer(from, 0, to, 0, COPY_BYTES);
    const started = performance.now();
    gpu.queue.submit([encoder.finish()]);
    await device.wait(gpu.queue.onSubmittedWorkDone());
    times.push(performance.now() - started);
  }
  from.destroy();
  to.destroy();
  return Math.min(...times);
}
