/** The measurements. Each runs in a process of its own, so that memory and time are of one job alone. */
import { createHash } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { runProgram } from '../../src/cli/program.ts';
import { openWeights } from '../../src/host/node/weights.ts';
import {
  type CallOptions,
  createEngine,
  decodePhoto,
  type NodeEngine,
  type Photo,
  type StageProgress,
} from '../../src/node.ts';
import type { Role } from '../../src/pipeline/roles.ts';
import { networkNamed, presets, specsOfCheckpoint } from '../../src/pipeline/registry.ts';
import { type Checkpoint, findCheckpoint, scene, weightsOf } from '../../weights/index.ts';
import type { RunFinding } from './lines.ts';
import { type Format, type RunPrecision, synthName } from './plan.ts';

/** The job of a child process, passed as JSON. */
export interface Job {
  readonly kind: 'write' | 'convert' | 'read' | 'run';
  readonly variant: string;
  readonly format: Format;
  readonly file: string;
  /** Folder of converted files. */
  readonly weightsDir: string;
  /** Of runs: the photo's path, and where the result is written. */
  readonly precision?: RunPrecision;
  readonly photo?: string;
  readonly output?: string;
  readonly adapter?: string;
}

export interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** Seed of the generated weights. */
const SEED = '1';
/** Step of MCC's grid: 24 points along an axis. */
const GRANULARITY = 0.25;
/** With generated weights about half of the points are above this probability. */
const THRESHOLD = 0.285;
/** Box of the duck in the example picture. */
const BOX = [150, 110, 520, 430] as const;

/** The cost of a job, and its result. */
export interface Done<T> {
  readonly measured: Measured;
  readonly found: T;
}

/** Runs a job. */
export async function runJob(job: Job): Promise<Done<object>> {
  const variant = findCheckpoint(job.variant)!;
  const work = { write, convert, read, run }[job.kind];
  const started = clocks();
  const found = await work(variant, job);
  const ended = clocks();
  const measured: Measured = {
    ...{ seconds: ended.seconds - started.seconds, cpuSeconds: ended.cpu - started.cpu, peakBytes: peakBytes() },
  };
  return { measured, found };
}

/** Peak of this process's resident bytes. It includes a software adapter's memory. */
const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;

async function write(variant: Checkpoint, { format, file }: Job): Promise<{ bytes: number }> {
  const scheme = format === 'huggingface' ? 'hf' : 'official';
  const argv = ['weights', 'synth', synthName(variant), '--scheme', scheme, '--seed', SEED, '-o', file, '--quiet'];
  const terminal = { out: () => undefined, err: (text: string) => void process.stderr.write(text) };
  const code = await runProgram(argv, { terminal, createEngine });
  if (code !== 0) throw new Error(`unflat ${argv.join(' ')} ended with ${code}.`);
  return { bytes: (await stat(file)).size };
}

/** Opening a file of torch converts it. */
async function convert(_: Checkpoint, { file, weightsDir }: Job): Promise<object> {
  await (await openWeights(file, presets.full, { weightsDir })).close();
  return {};
}

/** Reads every tensor as the engine does. */
async function read(variant: Checkpoint, { file, weightsDir }: Job): Promise<{ tensorsSha256: string }> {
  const { set, close } = await openWeights(file, presets.full, { weightsDir });
  const { network, config: wanted, tensors } = specsOfCheckpoint(variant);
  const { config: found, source } = weightsOf(set, network);
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${file} was taken for another network than ${variant.title}.`);
  }
  const hash = createHash('sha256');
  for (const [name, { shape, used }] of tensors) {
    if (!used) continue;
    const { buffer, byteOffset, byteLength } = await source.tensor(name, shape);
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  await close();
  return { tensorsSha256: hash.digest('hex') };
}

/** Runs the network once, from files to the result. */
async function run(variant: Checkpoint, job: Job): Promise<RunFinding> {
  const { role } = networkNamed(variant.network);
  const spent = { load: { seconds: 0, cpu: 0 }, run: { seconds: 0, cpu: 0 } };
  let loadPeakBytes = 0;
  let last = clocks();
  // The time since the last report counts for the stage that reports now.
  const book = (stage: keyof typeof spent): void => {
    const now = clocks();
    spent[stage].seconds += now.seconds - last.seconds;
    spent[stage].cpu += now.cpu - last.cpu;
    last = now;
  };
  const engine = await createEngine({
    ...{ weights: job.file, weightsDir: job.weightsDir, roles: [role] },
    ...{ precision: job.precision, adapter: job.adapter, keepNetworks: false },
  });
  const onProgress = ({ stage }: StageProgress): void => {
    const isLoad = stage.startsWith('load ');
    book(isLoad ? 'load' : 'run');
    if (isLoad) loadPeakBytes = peakBytes();
  };
  const openSeconds = clocks().seconds - last.seconds;
  last = clocks();
  try {
    const output = await RESULTS[role](engine, await decodePhoto(job.photo!), { onProgress });
    book('run');
    await writeFile(job.output!, output);
    return {
      adapter: engine.describe().adapter,
      weightBytes: usedBytes(variant) / (job.precision === 'f16' ? 2 : 1),
      openSeconds,
      loadSeconds: spent.load.seconds,
      loadCpuSeconds: spent.load.cpu,
      loadPeakBytes,
      runSeconds: spent.run.seconds,
      runCpuSeconds: spent.run.cpu,
      peakBytes: peakBytes(),
      outputSha256: createHash('sha256').update(output).digest('hex'),
    };
  } finally {
    engine.dispose();
  }
}

function clocks(): { seconds: number; cpu: number } {
  const { user, system } = process.cpuUsage();
  return { seconds: performance.now() / 1000, cpu: (user + system) / 1e6 };
}

/** Runs the network of each role on a photo and returns its result as bytes. */
const RESULTS: Readonly<Record<Role, (engine: NodeEngine, photo: Photo, call: CallOptions) => Promise<Uint8Array>>> = {
  segment: async (engine, photo, call) => (await engine.segment(photo, { box: BOX }, call)).candidates[0].mask,
  depth: async (engine, photo, call) => bytesOf((await engine.depth(photo, {}, call)).meters),
  /** Completes a synthetic object: a surface by formulas, in the colors of the photo. */
  complete: async (engine, photo, call) => {
    const { height, width } = photo;
    const object = { mask: scene.objectMask(1, height, width), depth: scene.depth(1, height, width) };
    const options = { ...object, granularity: GRANULARITY, threshold: THRESHOLD };
    return bytesOf((await engine.reconstruct(photo, options, call)).object.grid);
  },
  scene: async (engine, photo, call) => {
    const options = { scene: true, depth: scene.depth(1, photo.height, photo.width), threshold: THRESHOLD };
    return bytesOf((await engine.reconstruct(photo, options, call)).object.grid);
  },
};

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function usedBytes(variant: Checkpoint): number {
  let bytes = 0;
  for (const { shape, used } of specsOfCheckpoint(variant).tensors.values()) {
    if (used) bytes += 4 * shape.reduce((count, dim) => count * dim, 1);
  }
  return bytes;
}
