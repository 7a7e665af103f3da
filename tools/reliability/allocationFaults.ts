/**
 * Fails every allocation of a run in turn. Each failure must be an error that names what was being made and what to do, the engine must
 * then give the right result, and nothing may be left on the device that a run without a failure does not leave.
 */
import type { Device } from '../../src/graph/device.ts';
import { OnDevice } from '../../src/pipeline/onDevice.ts';
import { syntheticSet } from '../../src/pipeline/registry.ts';
import { renderMeshSheet } from '../../src/pipeline/render/mesh.ts';
import { renderSheet } from '../../src/pipeline/render/sheet.ts';
import { Session } from '../../src/pipeline/session/session.ts';
import { Stages } from '../../src/pipeline/session/stages.ts';
import { differences } from './differences.ts';
import { type Allocation, faultyMemory } from './faultyMemory.ts';
import { smallConfigs, smallPhoto, smallPrompt } from './smallRun.ts';

/** Runs that are tried; each takes what it needs from the results of those before it. */
export const FAULT_RUNS = ['segment', 'everything', 'depth', 'points', 'sweep', 'render'] as const;
export type FaultRun = (typeof FAULT_RUNS)[number];

export interface FaultResult {
  readonly run: FaultRun;
  /** Pipelines that failed, each once. A device keeps pipelines, so an earlier run may have built some. */
  readonly pipelines: number;
  /** Buffers and textures of a run. */
  readonly allocations: number;
  /** How many of them failed, each in a run of its own. */
  readonly tried: number;
  /** Sentences on failures that were not as they must be. None is what is wanted. */
  readonly wrong: readonly string[];
}

/** What an error must say: that memory is short or a pipeline could not be built, and what to do. */
const SAYS_ENOUGH =
  /^\S[^]*: (the device is out of memory\.\n {2}Use a smaller|its pipeline could not be built\.\n {2}\S)/;

/** Time for a submission. Chunks of a sweep are sized by time: what a run holds must not depend on how fast the machine is just then. */
const LONG_MS = 1e6;

type Work = (session: Session, on: OnDevice) => Promise<unknown>;

export class AllocationFaults {
  private constructor(
    private readonly device: Device,
    private readonly work: Readonly<Record<FaultRun, Work>>,
  ) {}

  /** Makes what the runs take from one another, and opens the device on which they fail. */
  static async create(openDevice: () => Promise<Device>): Promise<AllocationFaults> {
    const device = await openDevice();
    const pixels = smallPhoto().width * smallPhoto().height;
    const mask = new Uint8Array(pixels).fill(1, pixels / 4);
    const meters = Float32Array.from({ length: pixels }, (_, i) => 2 + (i % 7) / 10);
    const options = { granularity: 0.6, threshold: 0.5 };
    const on = onDevice(device);
    const session = sessionOn(on);
    const seen = await session.points(mask, { meters });
    const object = await session.complete(seen, options);
    const mesh = await session.mesh(object, { mask, depth: { meters } }, { faces: 200, texture: 64 });
    device.dispose();
    const failing = await openDevice();
    failing.submissionMs = LONG_MS;
    return new AllocationFaults(failing, {
      segment: (each) => each.segment(smallPrompt),
      everything: (each) => each.everything({ pointsPerSide: 2, predIouThresh: 0, stabilityScoreThresh: 0 }),
      depth: (each) => each.depth(),
      points: (each) => each.points(mask, { meters }),
      sweep: (each) => each.complete(seen, options),
      render: async (_, { shared }) => [
        await renderSheet(shared, object, { height: 64 }),
        mesh && (await renderMeshSheet(shared, mesh.textured!, { height: 64 })),
      ],
    });
  }

  /** @param every tries one allocation in so many; 1 for all */
  async try(run: FaultRun, every = 1): Promise<FaultResult> {
    const wrong: string[] = [];
    const pipelines = await this.withoutPipelines(run, wrong);
    const usual = await this.once(run, () => false);
    for (let n = 1; n <= usual.allocations; n += every) {
      const found = await this.once(run, ({ number }) => number === n);
      const where = `allocation ${n} of ${usual.allocations} (${found.failed ?? 'none'})`;
      if (!found.error) wrong.push(`${where}: no error`);
      else if (!SAYS_ENOUGH.test(found.error.message)) wrong.push(`${where}: it says only: ${found.error.message}`);
      const different = differences(usual.result, found.result);
      if (different.length > 0) wrong.push(`${where}: afterwards the result differs in ${different.join(', ')}`);
      if (found.held !== usual.held) wrong.push(`${where}: afterwards ${found.held} are held, not ${usual.held}`);
      if (found.left !== usual.left) wrong.push(`${where}: ${found.left} stay, not ${usual.left}`);
    }
    return { run, pipelines, allocations: usual.allocations, tried: Math.ceil(usual.allocations / every), wrong };
  }

  /** Frees the device. */
  dispose(): void {
    this.device.dispose();
  }

  /** Runs until each pipeline has failed once: a run fails by one of them, and builds others. @returns how many have */
  private async withoutPipelines(run: FaultRun, wrong: string[]): Promise<number> {
    const failed = new Set<string>();
    let isFirst = true;
    const memory = faultyMemory(this.device, ({ label, bytes }) => {
      const isFailing = bytes === 0 && isFirst && !failed.has(label);
      if (isFailing) {
        failed.add(label);
        isFirst = false;
      }
      return isFailing;
    });
    const on = onDevice(this.device);
    const session = sessionOn(on);
    try {
      for (let isDone = false; !isDone;) {
        isFirst = true;
        await this.work[run](session, on).then(
          () => (isDone = true),
          ({ message }: Error) => {
            if (!SAYS_ENOUGH.test(message)) wrong.push(`pipeline ${[...failed].at(-1)}: ${message}`);
            // Without a failure of ours the run fails for another reason, and would do so for ever.
            if (isFirst) isDone = true;
          },
        );
      }
      await free(on);
    } finally {
      memory.restore();
    }
    return failed.size;
  }

  /** Runs, after an error once more; then frees everything. */
  private async once(run: FaultRun, fails: (wanted: Allocation) => boolean) {
    let allocations = 0;
    let failed: string | undefined;
    const memory = faultyMemory(this.device, (wanted) => {
      allocations = Math.max(allocations, wanted.number);
      const isFailing = failed === undefined && fails(wanted);
      if (isFailing) failed = wanted.label;
      return isFailing;
    });
    const inWords = (): string => `${memory.live()} buffers and textures of ${memory.used()} bytes`;
    const on = onDevice(this.device);
    const session = sessionOn(on);
    const work = (): Promise<unknown> => this.work[run](session, on);
    try {
      let error: Error | undefined;
      let result = await work().catch((thrown: Error) => void (error = thrown));
      if (error) result = await work();
      const held = inWords();
      await free(on);
      return { allocations, failed, error, result, held, left: inWords() };
    } finally {
      memory.restore();
    }
  }
}

const onDevice = (device: Device): OnDevice =>
  new OnDevice(device, { weights: syntheticSet(4, smallConfigs), keepNetworks: true });

/** A session that goes on with nothing: a device that fails to allocate is not lost. */
function sessionOn(on: OnDevice): Session {
  const parts = {
    ...{ shared: on.shared, networks: on.networks, embeddings: on.embeddings },
    seenPoints: on.seenPoints.bind(on),
    recovery: {
      step: <T>(_: Stages, __: () => string, work: () => Promise<T>) => work(),
      advanced: () => undefined,
    },
    exclusive: <T>(call: object, work: (stages: Stages) => Promise<T>) => work(new Stages(call)),
  };
  return new Session(parts, smallPhoto());
}

/** Frees all that an engine has on its device. */
async function free(on: OnDevice): Promise<void> {
  on.embeddings.clear();
  await on.networks.dispose();
  await on.seenPoints(on.networks.blank('complete').sides).dispose();
  on.shared.readback.dispose();
}
