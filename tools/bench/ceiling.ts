/** Measures the most that an adapter can do: arithmetic in registers, and copying of memory. */
import type { Device } from '../../src/graph/device.ts';
import { defineOp } from '../../src/graph/op.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import ceilingWgsl from './ceiling.wgsl';
import { fastestMs, inTurns, prepare, recorded, type Runner, type Sample } from './measure.ts';

/** Which of the two limits a case. */
export type Bound = 'compute' | 'memory';

/** A ceiling is measured between the runs of a case, so that both see the same load of the machine. */
export interface Ceiling extends Runner {
  /** GFLOP/s of arithmetic, or GB/s of copying (bytes read plus bytes written), in the fastest run. */
  rateOf(samples: readonly Sample[]): number;
}

export interface Ceilings extends Record<Bound, Ceiling> {
  dispose(): void;
}

/** Multiply-adds of one invocation in a round: two vec4 accumulators, 32 steps each. */
const PER_ROUND = 2 * 4 * 32;
const ROUNDS = 128;
const COPY_BYTES = 64 * 2 ** 20;

export async function prepareCeilings(device: Device, signal?: AbortSignal): Promise<Ceilings> {
  const compute = await arithmeticCeiling(device, signal);
  const memory = copyCeiling(device);
  return {
    compute,
    memory,
    dispose() {
      compute.dispose();
      memory.dispose();
    },
  };
}

/** Both rates, for the headline of a run. */
export async function measureCeilings(
  { compute, memory }: Ceilings,
  signal?: AbortSignal,
): Promise<Record<Bound, number>> {
  const [computed, copied] = await inTurns([compute, memory], { budgetMs: 500, signal });
  return { compute: compute.rateOf(computed), memory: memory.rateOf(copied) };
}

/** Arithmetic in registers. It reads no memory. */
const ceilingOp = defineOp<Readonly<Record<never, never>>, { readonly workgroups: number; readonly flops: number }>({
  name: 'ceiling',
  lower: (_, __, { workgroups, flops }) => [
    {
      kernel: 'ceiling',
      wgsl: [ceilingWgsl],
      params: { rounds: ROUNDS, factor: 0.5 },
      inputs: [],
      outputs: [operand([64 * workgroups])],
      workgroups: [workgroups, 1, 1],
      flops,
    },
  ],
});

async function arithmeticCeiling(device: Device, signal?: AbortSignal): Promise<Ceiling> {
  // A software adapter runs a hundred invocations at a time, a GPU a hundred thousand.
  const workgroups = device.adapterClass === 'gpu' ? 16384 : 512;
  const flops = 2 * PER_ROUND * ROUNDS * 64 * workgroups;
  const recording = recorded(({ graph }) => ceilingOp.record({}, { workgroups, flops }, graph));
  const prepared = await prepare(device, recording, { signal });
  return { ...prepared, rateOf: (samples) => flops / fastestMs(samples) / 1e6 };
}

/** Copies between two buffers. It takes wall time: a copy has no timestamps. */
function copyCeiling(device: Device): Ceiling {
  const { gpu } = device;
  const usage = 0x04 | 0x08; // COPY_SRC | COPY_DST
  const [from, to] = [0, 1].map((i) => gpu.createBuffer({ label: `ceiling ${i}`, size: COPY_BYTES, usage }));
  return {
    async sample() {
      const encoder = gpu.createCommandEncoder({ label: 'ceiling' });
      encoder.copyBufferToBuffer(from, 0, to, 0, COPY_BYTES);
      const started = performance.now();
      gpu.queue.submit([encoder.finish()]);
      await device.wait(gpu.queue.onSubmittedWorkDone());
      const ms = performance.now() - started;
      return { ms, wallMs: ms };
    },
    dispose() {
      from.destroy();
      to.destroy();
    },
    rateOf: (samples) => (2 * COPY_BYTES) / fastestMs(samples) / 1e6,
  };
}
