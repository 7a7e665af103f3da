/** The work whose memory is measured, in a process of its own. */
import { Device } from '../../src/graph/device.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { requestNodeAdapter } from '../../src/host/node/adapter.ts';
import { stagedNetworks } from '../bench/stages.ts';

/** Stages of `bench/stages.ts`, by what a line calls them. Of the stages of one name, the first runs. */
export const JOBS: Readonly<Record<string, readonly string[]>> = {
  'SAM vit_b, encoder': ['samEncode'],
  'SAM vit_b, encoder and a prompt': ['samEncode', 'samPrompt'],
  'ZoeD_N, a pass': ['zoeDepth'],
  'MCC, encoder': ['mccEncode'],
  'MCC, encoder and sweep': ['mccEncode', 'sweep batched'],
};

/** The job of a child process, as plain data. */
export interface MemoryJob {
  /** A name of `JOBS`; any other one opens the device and does nothing. */
  readonly name: string;
  readonly adapter: string;
  readonly precision: 'f32' | 'f16';
  readonly maxMemory?: number;
}

export interface MemoryFinding {
  readonly adapter: string;
  /** Bytes of weights and other constants on the device. */
  readonly weightBytes: number;
  /** The most bytes of buffers and textures at once. */
  readonly peakDeviceBytes: number;
  /** The most resident bytes of the process. With a software adapter, they hold the device's memory. */
  readonly peakProcessBytes: number;
}

export async function runMemoryJob({ name, adapter: choice, precision, maxMemory }: MemoryJob): Promise<MemoryFinding> {
  const { adapter, wait } = await requestNodeAdapter(choice);
  const device = await Device.create(adapter, { wait, precision, maxMemory });
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
  const peakProcessBytes = process.resourceUsage().maxRSS * 1024;
  return { adapter: device.info.description, weightBytes, peakDeviceBytes: device.memory.peak, peakProcessBytes };
}
