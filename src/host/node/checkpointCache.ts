/**
 * Checkpoints in the cache. Beside each file lie `FILE.json`, what is known of it (the checksum is pinned when the file is
 * first seen), and `FILE.LICENSE.txt`; a .pth or .pt gets a .safetensors of the same tensors when it is first used.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint, CheckpointFile, SourceName } from '../../../weights/index.ts';
import { EXIT, UserError } from '../errors.ts';
import { convertFile, originOf, type WorkOptions } from './convert.ts';
import { checksum, download } from './download.ts';
import { writeWhole } from './files.ts';
import { partialBytes } from './partial.ts';

/** A checkpoint from one of its sources. */
export interface Choice {
  readonly checkpoint: Checkpoint;
  readonly source: SourceName;
}

/** What is known of a file in the cache. */
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
  | { readonly kind: 'here'; readonly bytes: number; readonly converted: boolean };

export interface PullOptions extends WorkOptions {
  /** A folder on a server that has the file under its name in the cache, instead of the publisher's server. */
  readonly baseUrl?: string;
  readonly onNotice?: (line: string) => void;
}

/** The command that brings checkpoints. */
export const pullCommand = (ids: readonly string[]): string => `unflat weights pull ${ids.join(' ')}`;

/** The file of a choice. @throws UserError if the checkpoint has no such source */
export function fileOf({ checkpoint: { id, sources }, source }: Choice): CheckpointFile {
  const file = sources[source];
  if (file) return file;
  throw new UserError(`There is no ${source} source of ${id}.`, {
    hint: `Its sources: ${Object.keys(sources).join(', ')}.`,
    exitCode: EXIT.usage,
  });
}

export class CheckpointCache {
  /** @param folder need not exist yet */
  constructor(readonly folder: string) {}

  /** Where the file of a choice is, or would be. */
  pathOf(choice: Choice): string {
    return join(this.folder, fileOf(choice).file);
  }

  async state(choice: Choice): Promise<CheckpointState> {
    const path = this.pathOf(choice);
    const bytes = await sizeOf(path);
    if (bytes !== undefined) {
      const converted = isTorch(choice) && (await sizeOf(convertedPath(path))) !== undefined;
      return { kind: 'here', bytes, converted };
    }
    const partial = await partialBytes(path);
    return partial > 0 ? { kind: 'partial', bytes: partial } : { kind: 'absent' };
  }

  /** The source of a checkpoint that is here; the official one goes first. */
  async sourceHere(checkpoint: Checkpoint): Promise<Choice | undefined> {
    for (const source of Object.keys(checkpoint.sources) as SourceName[]) {
      if ((await this.state({ checkpoint, source })).kind === 'here') return { checkpoint, source };
    }
    return undefined;
  }

  /**
   * Downloads a checkpoint, with its license. Nothing is fetched when it is here.
   * @throws UserError if it cannot be had
   */
  async pull(choice: Choice, { baseUrl, ...options }: PullOptions = {}): Promise<CheckpointRecord> {
    const path = this.pathOf(choice);
    if ((await sizeOf(path)) !== undefined) return this.record(choice, options);
    const { url: publisher, file, bytes, sha256 } = fileOf(choice);
    const url = baseUrl === undefined ? publisher : `${baseUrl.replace(/\/+$/, '')}/${file}`;
    // The first download was pinned: a file that was deleted comes back as it was, or not at all.
    const expected = sha256 ?? (await readRecord(path))?.sha256;
    return this.note(choice, { ...(await download({ ...options, url, path, bytes, sha256: expected })), url });
  }

  /**
   * What is known of a file that is here. One that the user put there, or that has another length than before, is read and
   * checked.
   * @throws UserError if it is not here, or is not the file that was meant
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

  /** Reads the whole file. @throws UserError if it is not here, or is not the file of the manifest or of the first time */
  async verify(choice: Choice, options: WorkOptions = {}): Promise<CheckpointRecord> {
    const path = this.pathOf(choice);
    const known = await readRecord(path);
    const { sha256: published, url } = fileOf(choice);
    const bytes = await sizeOf(path);
    if (bytes === undefined) return this.record(choice);
    const sha256 = await checksum(path, options);
    const expected = published ?? known?.sha256;
    if (expected !== undefined && sha256 !== expected) {
      const since = published === undefined ? 'it was when it was first used' : 'published';
      throw new UserError(`${path} has SHA-256 ${sha256}, not ${expected} as ${since}.`, {
        hint: `Delete it and fetch it again: ${pullCommand([choice.checkpoint.id])}`,
      });
    }
    return known?.sha256 === sha256 ? known : this.note(choice, { bytes, sha256, url });
  }

  /**
   * Path of the checkpoint as safetensors; a .pth or .pt is converted when that was not done before.
   * @throws UserError if it is not here; WeightsError if it is damaged
   */
  async safetensors(choice: Choice, options: WorkOptions = {}): Promise<string> {
    const path = this.pathOf(choice);
    const { sha256 } = await this.record(choice, options);
    if (!isTorch(choice)) return path;
    const converted = convertedPath(path);
    if ((await originOf(converted)) !== sha256) await convertFile(path, converted, { ...options, sha256 });
    return converted;
  }

  /** Writes down what a file is, and its license. */
  private async note(
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
    await writeWhole(`${path}.LICENSE.txt`, new TextEncoder().encode(notice));
    await writeWhole(recordPath(path), new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`));
    return record;
  }
}

const isTorch = (choice: Choice): boolean => fileOf(choice).format !== 'safetensors';

const convertedPath = (path: string): string => path.replace(/\.pth?$/, '.safetensors');

const recordPath = (path: string): string => `${path}.json`;

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );

async function readRecord(path: string): Promise<CheckpointRecord | undefined> {
  const text = await readFile(recordPath(path), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as CheckpointRecord;
  } catch (error) {
    throw new UserError(`${recordPath(path)} is damaged.`, {
      hint: 'It pins the checksum of the file beside it. Delete both and download again, or delete it to pin what is there.',
      cause: error,
    });
  }
}
