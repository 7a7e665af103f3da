/** Files that the program keeps for itself: records of checkpoints, kernel choices, configurations, partial downloads, locks. */
import { join } from 'node:path';
import { findCheckpoint } from '../../../weights/index.ts';
import { openWeights } from '../../../src/host/node/weights.ts';
import { CheckpointCache } from '../../../src/host/node/checkpointCache.ts';
import { PartialFile, partialBytes } from '../../../src/host/node/partial.ts';
import { readTuning, tuningOf, tuningPath } from '../../../src/host/node/tuning.ts';
import { lockFolder } from '../../../src/cli/work/batch/lock.ts';
import { presets } from '../../../src/pipeline/registry.ts';
import { version } from '../../../package.json';
import { digestOf } from '../digest.ts';
import { changedJsonBytes, textBytes } from '../mutate.ts';
import { Random } from '../random.ts';
import { place, scratchFolder } from '../scratch.ts';
import type { Case, Files, Target } from '../target.ts';
import { soundSafetensors } from './safetensors.ts';

const ADAPTER = { vendor: 'fuzz', architecture: 'a', device: 'b', description: 'c' };
const CHOICE = { checkpoint: findCheckpoint('mcc')!, source: 'official' } as const;
const HASH = 'c0ffee'.padEnd(64, '0');

/** A file of the program: its name, what it holds, the files beside it, and how it is read. */
interface Kept {
  readonly name: string;
  readonly value: unknown;
  readonly beside?: Files;
  read(folder: string): Promise<string>;
}

async function keptFiles(): Promise<Kept[]> {
  const cache = (folder: string): CheckpointCache => new CheckpointCache(folder);
  const file = cache('').pathOf(CHOICE);
  const tuning = tuningPath(ADAPTER, '');
  const { id } = CHOICE.checkpoint;
  const record = {
    id,
    source: 'official',
    url: 'https://example.org/a',
    bytes: 3,
    sha256: HASH,
    license: { name: 'a', url: 'b' },
  };
  const weights = await soundSafetensors(new Random(2, 0), ['image_encoder.pos_embed', 'image_encoder.neck.0.weight']);
  return [
    {
      name: `${file}.json`,
      value: record,
      beside: { [file]: textBytes('abc') },
      async read(folder) {
        const { bytes, sha256, url } = await cache(folder).record(CHOICE);
        const isWhole = bytes === 3 && /^[0-9a-f]{64}$/.test(sha256) && typeof url === 'string';
        if (!isWhole) throw new Error('the record is not whole');
        return digestOf(bytes);
      },
    },
    {
      name: tuning,
      value: {
        ...{ unflat: version, adapter: 'fuzz | a | b | c', date: '2026-01-01T00:00:00.000Z' },
        entries: [{ kernel: 'linear', problem: 'p', variant: 'a', usual: 'b', times: 1.5 }],
      },
      async read(folder) {
        const found = await readTuning(ADAPTER, folder);
        const choices = Object.values(found.file ? tuningOf(found.file) : {});
        if (!choices.every((variant) => typeof variant === 'string')) throw new Error('a variant that is no name');
        return digestOf(found.ignored ?? '', ...choices);
      },
    },
    {
      name: 'weights/config.json',
      value: { sam: { embedDim: 96, depth: 2 }, zoe: { size: [1, 2] }, mcc: { heads: 2 } },
      beside: { 'weights/sam.safetensors': weights },
      async read(folder) {
        const { set, close } = await openWeights(join(folder, 'weights'), presets.small);
        await close();
        return digestOf(set.describe);
      },
    },
    {
      name: 'a.bin.part/state.json',
      value: { url: 'https://example.org/a.bin', total: 5, etag: '"x"', lastModified: 'Thu, 01 Jan 2026 00:00:00 GMT' },
      beside: { 'a.bin.part/data': textBytes('abc') },
      async read(folder) {
        const partial = await PartialFile.claim(join(folder, 'a.bin'));
        const { beginning } = partial;
        const isWhole =
          beginning === undefined || (typeof beginning.url === 'string' && Number.isSafeInteger(beginning.total));
        if (!isWhole) throw new Error('the state is not whole');
        const length = await partial.length();
        await partial.release();
        return digestOf(beginning?.url ?? '', length, await partialBytes(join(folder, 'a.bin')));
      },
    },
    {
      name: '.batch.lock',
      value: { pid: 2 ** 22 + 1, host: 'elsewhere' },
      async read(folder) {
        const lock = await lockFolder(folder, undefined);
        await lock.release();
        return 'taken';
      },
    },
  ];
}

export const caches: Target = {
  name: 'caches',
  about:
    'files that the program keeps for itself: records, choices of kernels, configurations, partial downloads, locks',
  async open() {
    const folder = scratchFolder();
    const kept = await keptFiles();
    return {
      make(random): Case {
        const { name, value, beside = {} } = random.pick(kept);
        return { files: { [name]: changedJsonBytes(JSON.stringify(value), random), ...beside } };
      },
      async read(files) {
        await place(folder, files);
        return kept.find(({ name }) => name in files)!.read(folder);
      },
    };
  },
};
