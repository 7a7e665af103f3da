/** The work whose memory is measured, in a process of its own. */
import { Device } from '../../src/graph/device.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { requestNodeAdapter } from '../../src/host/node/adapter.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import { presets, syntheticSet } from '../../src/pipeline/registry.ts';
import { noisePhoto, stagedNetworks } from '../bench/stages.ts';

/** Stages of `bench/stages.ts`, by what a line calls them. Of the stages of one name, the first runs. */
const JOBS: Readonly<Record<string, readonly string[]>> = {
  'SAM vit_b, encoder': ['samEncode'],
  'SAM vit_b, encoder and a prompt': ['samEncode', 'samPrompt'],
  'ZoeD_N, a pass': ['zoeDepth'],
  'MCC, encoder': ['mccEncode'],
  'MCC, encoder and sweep': ['mccEncode', 'sweep batched'],
};

/** All networks on one photo, by the engine, which frees networks where a bound asks for it. */
const CHAIN = 'The chain';

/** Names that a job may have. */
export const JOB_NAMES: readonly string[] = [...Object.keys(JOBS), CHAIN];

/** The job of a child process, as plain data. */
export interface MemoryJob {
  /** One of `JOB_NAMES`; any other one opens the device and does nothing. */
  readonly name: string;
  readonly adapter: string;
  readonly precision: 'f32' | 'f16';
  readonly maxMemory?: number;
}

export interface MemoryFinding {
  readonly adapter: string;
  /** Bytes of weights and other constants on the device; null for the chain, whose networks may come and go. */
  readonly weightBytes: number | null;
  /** The most bytes of buffers and textures at once. */
  readonly peakDeviceBytes: number;
  /** The most resident bytes of the process. With a software adapter, they hold the device's memory. */
  readonly peakProcessBytes: number;
}

export async function runMemoryJob({ name, adapter: choice, precision, maxMemory }: MemoryJob): Promise<MemoryFinding> {
  const { adapter, wait } = await requestNodeAdapter(choice);
  const device = await Device.create(adapter, { wait, precision, maxMemory });
  const weightBytes = name === CHAIN ? await runChain(device) : await runStages(device, name);
  const peakProcessBytes = process.resourceUsage().maxRSS * 1024;
  return { adapter: device.info.description, weightBytes, peakDeviceBytes: device.memory.peak, peakProcessBytes };
}

/** @returns bytes of constants on the device */
async function runStages(device: Device, name: string): Promise<number> {
  let weightBytes = 0;
  const wanted = JOBS[name] ?? [];
  for (const network of stagedNetworks.filter(({ stages }) => stages.some((stage) => wanted.includes(stage)))) {
    const shared = sharedFor(device, network.weights('full'));
    const { groups } = network.load(shared, 'full');
    for (const stage of wanted) {
      const first = groups.flat().find(({ kernel }) => kernel === stage)!;
      await first.prepare?.({});
      await first.run({});
    }
    weightBytes += shared.constants.bytes;
  }
  return weightBytes;
}

/** Grid step of the chain: memory does not depend on how many chunks a sweep has. */
const STEP = 0.5;

async function runChain(device: Device): Promise<null> {
  const { width, height, words } = noisePhoto;
  const engine = new Engine({ device, weights: syntheticSet(1, presets.full) });
  const session = engine.open({ width, height, rgba: new Uint8Array(words.buffer) });
  const [left, top, right, bottom] = [width / 4, height / 4, (3 * width) / 4, (3 * height) / 4];
  await session.segment({ box: [left, top, right, bottom] });
  const depth = await session.depth();
  // Generated weights find no object.
  const mask = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Number(x >= left && x < right && y >= top && y < bottom);
  });
  await session.complete(await session.points(mask, depth), { granularity: STEP, sweep: 'full' });
  return null;
}
