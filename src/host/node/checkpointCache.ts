/**
 * Checkpoints in the cache. Next to each FILE are `FILE.json`, its record with the checksum of the first download, and
 * `FILE.LICENSE.txt`. A .pth or .pt file is converted to .safetensors on first use.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, type CheckpointFile, type SourceName, stemOf } from '../../../weights/index.ts';
import { EXIT, UserError } from '../errors.ts';
import { convertFile, originOf, type WorkOptions } from './convert.ts';
import { checksum, download, type Downloaded } from './download.ts';
import { inCache } from './cache.ts';
import { writeWhole } from './files.ts';
import { partialBytes, removeAbandoned } from './partial.ts';

/** A checkpoint from one of its sources. */
export interface Choice {
  readonly checkpoint: Checkpoint;
  readonly source: SourceName;
}

/** The record of a file in the cache. */
export interface CheckpointRecord {
  readonly id: string;
  readonly source: SourceName;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly license: { readonly name: string; readonly url: string };
}

export type CheckpointState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'partial'; readonly bytes: number }
  | { readonly kind: 'downloaded'; readonly bytes: number; readonly converted: boolean };

export interface PullOptions extends WorkOptions {
  /** Address of a folder on a mirror. The file has the same name there as in the cache. */
  readonly baseUrl?: string;
  readonly onNotice?: (line: string) => void;
}

/** The command that downloads checkpoints. */
export const pullCommand = (ids: readonly string[]): string => `unflat weights pull ${ids.join(' ')}`;

/** The file of a choice. @throws UserError if the checkpoint has no such source */
export function fileOf({ checkpoint: { id, sources }, source }: Choice): CheckpointFile {
  const file = sources[source];
  if (file) return file;
  throw new UserError(`${id} has no source ${source}.`, {
    hint: `Its sources: ${Object.keys(sources).join(', ')}.`,
    exitCode: EXIT.usage,
  });
}

export class CheckpointCache {
  /** @param folder need not exist yet */
  constructor(readonly folder: string) {}

  /** The path of a checkpoint file, downloaded or not. */
  pathOf(choice: Choice): string {
    return join(this.folder, fileOf(choice).file);
  }

  async state(choice: Choice): Promise<CheckpointState> {
    const path = this.pathOf(choice);
    const bytes = await sizeOf(path);
    if (bytes !== undefined) {
      const converted = isTorch(choice) && (await sizeOf(convertedPath(path))) !== undefined;
      return { kind: 'downloaded', bytes, converted };
    }
    const partial = await partialBytes(path);
    return partial > 0 ? { kind: 'partial', bytes: partial } : { kind: 'absent' };
  }

  /** The source from which a checkpoint was downloaded, the official one first; undefined if there is none. */
  async downloadedSource(checkpoint: Checkpoint): Promise<Choice | undefined> {
    for (const source of Object.keys(checkpoint.sources) as SourceName[]) {
      if ((await this.state({ checkpoint, source })).kind === 'downloaded') return { checkpoint, source };
    }
    return undefined;
  }

  /**
   * Downloads a checkpoint and stores its license. Does nothing if it is downloaded already.
   * @throws UserError if it cannot be downloaded
   */
  async pull(choice: Choice, { baseUrl, ...options }: PullOptions = {}): Promise<CheckpointRecord> {
    const path = this.pathOf(choice);
    if ((await sizeOf(path)) !== undefined) {
      // Killed after the file appeared, a process leaves its folder.
      await removeAbandoned(path);
      return this.record(choice, options);
    }
    const { url: publisher, file, bytes, sha256 } = fileOf(choice);
    const url = baseUrl === undefined ? publisher : `${baseUrl.replace(/\/+$/, '')}/${file}`;
    // A deleted file must come back with the checksum of its first download.
    const expected = sha256 ?? (await readRecord(path))?.sha256;
    let record: CheckpointRecord | undefined;
    // Killed in between, a process leaves a record without its file, and never a file of unknown origin.
    const beforePublish = async (facts: Downloaded): Promise<void> => {
      record = await this.writeRecord(choice, { ...facts, url });
    };
    await download({ ...options, url, path, bytes, sha256: expected, beforePublish });
    return record!;
  }

  /**
   * The record of a downloaded file. A file that the user put there, or whose length has changed, is read and checked.
   * @throws UserError if it is not downloaded, or has the wrong checksum
   */
  async record(choice: Choice, options: WorkOptions = {}): Promise<CheckpointRecord> {
    const path = this.pathOf(choice);
    const bytes = await sizeOf(path);
    if (bytes === undefined) {
      const { id } = choice.checkpoint;
      throw new UserError(`${id} is not in ${this.folder}.`, { hint: `Download it: ${pullCommand([id])}` });
    }
    const known = await readRecord(path);
    return known?.bytes === bytes ? known : this.verify(choice, options);
  }

  /** Checks the checksum of a file. @throws UserError if it is not downloaded, or differs from the published or first checksum */
  async verify(choice: Choice, options: WorkOptions = {}): Promise<CheckpointRecord> {
    const path = this.pathOf(choice);
    const known = await readRecord(path);
    const { sha256: published, url } = fileOf(choice);
    const bytes = await sizeOf(path);
    if (bytes === undefined) return this.record(choice);
    const sha256 = await checksum(path, options);
    const expected = published ?? known?.sha256;
    if (expected !== undefined && sha256 !== expected) {
      const origin = published === undefined ? 'of its first download' : 'that was published';
      throw new UserError(`${path} has the SHA-256 ${sha256}, not the one ${origin}, ${expected}.`, {
        hint: `Delete it and download it again: ${pullCommand([choice.checkpoint.id])}`,
      });
    }
    return known?.sha256 === sha256 ? known : this.writeRecord(choice, { bytes, sha256, url });
  }

  /**
   * The path of the checkpoint as safetensors. A .pth or .pt file is converted first, unless that was done before.
   * @throws UserError if it is not downloaded; WeightsError if it is damaged
   */
  async safetensors(choice: Choice, options: WorkOptions = {}): Promise<string> {
    const path = this.pathOf(choice);
    const { sha256 } = await this.record(choice, options);
    if (!isTorch(choice)) return path;
    const converted = convertedPath(path);
    if ((await originOf(converted)) !== sha256) {
      await inCache(this.folder, () => convertFile(path, converted, { ...options, sha256 }));
    }
    return converted;
  }

  /** Writes the record and the license of a file. */
  private async writeRecord(
    choice: Choice,
    { url, bytes, sha256 }: Pick<CheckpointRecord, 'url' | 'bytes' | 'sha256'>,
  ): Promise<CheckpointRecord> {
    const { id, title, license } = choice.checkpoint;
    const record: CheckpointRecord = {
      ...{ id, source: choice.source, url, bytes, sha256 },
      license: { name: license.name, url: license.url },
    };
    const path = this.pathOf(choice);
    const notice = `${title}\n${url}\n\n${license.name}\n${license.url}\n${license.note}\n`;
    const text = new TextEncoder();
    await inCache(this.folder, async () => {
      await writeWhole(`${path}.LICENSE.txt`, text.encode(notice));
      await writeWhole(recordPath(path), text.encode(`${JSON.stringify(record, undefined, 2)}\n`));
    });
    return record;
  }
}

const isTorch = (choice: Choice): boolean => fileOf(choice).format !== 'safetensors';

const convertedPath = (path: string): string => `${stemOf(path)}.safetensors`;

const recordPath = (path: string): string => `${path}.json`;

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );

async function readRecord(path: string): Promise<CheckpointRecord | undefined> {
  const text = await readFile(recordPath(path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record = parsedRecord(text);
  if (record) return record;
  throw new UserError(`${recordPath(path)} is damaged.`, {
    hint: 'It holds the checksum of the file next to it. Delete both and download again, or delete it alone to trust the file as it is.',
  });
}

function parsedRecord(text: string): CheckpointRecord | undefined {
  try {
    const record = Object(JSON.parse(text)) as Partial<CheckpointRecord>;
    const { id, source, url, bytes, sha256, license } = record;
    const texts = [id, source, url, sha256, license?.name, license?.url];
    const isWhole = texts.every((one) => typeof one === 'string') && Number.isSafeInteger(bytes);
    return isWhole && /^[0-9a-f]{64}$/.test(sha256!) ? (record as CheckpointRecord) : undefined;
  } catch {
    return undefined;
  }
}
