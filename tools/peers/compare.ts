/** Runs a case's contestants in turns: ours in this process, each peer in its own. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Device } from '../../src/graph/device.ts';
import { Canceled } from '../../src/graph/errors.ts';
import { evaluate } from '../../src/graph/evaluate.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { contestantsOf } from '../bench/jobs.ts';
import { prepare, quantile } from '../bench/measure.ts';
import { stagedNetworks } from '../bench/stages.ts';
import { currentLoad } from '../origin.ts';
import type { NetworkCase, PeerCase } from './cases.ts';
import type { PeerLine } from './lines.ts';
import type { Peer } from './peer.ts';
import type { Values, Way } from './ways.ts';

/** What a comparison adds to the facts that all lines of a run share. */
export type Finding = Pick<
  PeerLine,
  'kernel' | 'shape' | 'peer' | 'version' | 'how' | 'medianMs' | 'bestMs' | 'runs' | 'rounds' | 'difference' | 'times'
> & { readonly load: number };

export interface Bench {
  readonly device: Device;
  /** By name; those that are there. */
  readonly peers: ReadonlyMap<string, Peer>;
  readonly rounds: number;
  readonly signal: AbortSignal;
}

interface Contestant extends Pick<Finding, 'peer' | 'version' | 'how' | 'difference' | 'times'> {
  /** Runs for about so many milliseconds, at least once. @returns milliseconds of each run */
  turn(ms: number): Promise<readonly number[]>;
}

/** A turn lasts so long, in milliseconds, or one run. */
const TURN_MS = 60;
/** Threads of whoever was running spin for a while before they sleep. */
const SETTLE_MS = 60;

async function inTurns(
  { kernel, shape }: { readonly kernel: string; readonly shape: string },
  contestants: readonly Contestant[],
  turnMs: number,
  { rounds, signal }: Bench,
): Promise<Finding[]> {
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      if (signal.aborted) throw new Canceled('The comparison');
      await sleep(SETTLE_MS);
      times[i].push(...(await contestant.turn(turnMs)));
    }
  }
  return contestants.map(({ turn: _, ...about }, i) => {
    const sorted = times[i].toSorted((a, b) => a - b);
    const [bestMs, medianMs] = [sorted[0], quantile(sorted, 0.5)];
    return { kernel, shape, ...about, medianMs, bestMs, runs: sorted.length, rounds, load: currentLoad() };
  });
}

/** Compares one of our kernels with every way in which a peer computes the same. */
export async function compareKernels({ own, times, ways }: PeerCase, bench: Bench): Promise<Finding[]> {
  const { device, peers, signal } = bench;
  const folder = await mkdtemp(join(tmpdir(), 'unflat-peers-'));
  const [{ recording, variant }] = contestantsOf(own, device.target);
  const { y: expected } = await evaluate(device, (sources) => ({ y: own.build(sources) }));
  const ours = await prepare(device, recording, { signal });
  try {
    const contestants: Contestant[] = [
      {
        ...{ peer: 'unflat', version: '', how: variant ?? '', difference: null, times: null },
        async turn(ms) {
          const samples: number[] = [];
          await ours.sample(signal);
          for (let spent = 0; spent < ms || samples.length === 0; spent += samples[samples.length - 1]) {
            samples.push((await ours.sample(signal)).ms);
          }
          return samples;
        },
      },
    ];
    for (const [slot, way] of ways().entries()) {
      const peer = peers.get(way.peer);
      if (!peer) continue;
      const output = join(folder, 'result');
      const job = await stored(way, join(folder, `${slot}`));
      await peer.ask({ do: 'load', slot, job, output });
      contestants.push({
        ...{ peer: way.peer, version: peer.version, how: way.how },
        times: way.peer === 'onnxruntime' ? times : null,
        difference: differenceOf(await resultOf(way, output), expected),
        turn: async (ms) => (await peer.ask({ do: 'turn', slot, ms })).times ?? [],
      });
    }
    return await inTurns(own, contestants, TURN_MS, bench);
  } finally {
    ours.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compares a stage of a network with PyTorch's. Both run the same generated weights; parity is tested elsewhere. */
export async function compareNetworks({ stage, shape, network, times }: NetworkCase, bench: Bench): Promise<Finding[]> {
  const { device, signal } = bench;
  const peer = bench.peers.get('pytorch');
  const staged = stagedNetworks.find(({ stages }) => stages.includes(stage))!;
  const shared = sharedFor(device, staged.weights('full'));
  const loaded = staged.load(shared, 'full');
  try {
    const ours = loaded.groups.flat().find((one) => one.kernel === stage && one.shape.includes(shape ?? ''))!;
    await ours.prepare?.({ signal });
    await ours.run({ signal }); // compiles, and uploads weights
    const contestants: Contestant[] = [
      {
        ...{ peer: 'unflat', version: '', how: '', difference: null, times: null },
        async turn() {
          const started = performance.now();
          await ours.run({ signal });
          return [performance.now() - started];
        },
      },
    ];
    if (peer) {
      await peer.ask({ do: 'load', slot: 0, job: { op: network }, output: null });
      contestants.push({
        ...{ peer: 'pytorch', version: peer.version, how: network, difference: null, times },
        turn: async (ms) => (await peer.ask({ do: 'turn', slot: 0, ms })).times ?? [],
      });
    }
    return await inTurns(ours, contestants, 0, bench);
  } finally {
    await loaded.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  }
}

/** The job with its tensors in files, which are named by their place. */
async function stored({ job }: Way, prefix: string): Promise<unknown> {
  const inFile = async (values: readonly Values[], part: string): Promise<unknown[]> =>
    Promise.all(
      values.map(async ({ name, shape, data }, i) => {
        const file = `${prefix}-${part}-${i}`;
        await writeFile(file, data);
        return { name, shape, file };
      }),
    );
  if ('nodes' in job) {
    return { ...job, inputs: await inFile(job.inputs, 'input'), weights: await inFile(job.weights, 'weight') };
  }
  return { ...job, tensors: await inFile(job.tensors ?? [], 'tensor') };
}

async function resultOf({ reorder = (values) => values }: Way, file: string): Promise<ArrayLike<number>> {
  const bytes = await readFile(file);
  return reorder(new Float32Array(Uint8Array.from(bytes).buffer));
}

/** The largest difference as a share of the largest expected value. Exported for tests. */
export function differenceOf(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    // NaN is the largest difference of all.
    const off = Math.abs(found[i] - expected[i]);
    if (!(off <= difference)) difference = Number.isNaN(off) ? Infinity : off;
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return difference / largest;
}
