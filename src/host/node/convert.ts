/** torch's .pth and .pt on the disk -> safetensors on the disk, piece by piece. */
import {
  convertTorch,
  detectNaming,
  type NetworkDescription,
  SafetensorsFile,
  writeSafetensors,
} from '../../../weights/index.ts';
import type { StageProgress } from '../../pipeline/session/stages.ts';
import { networks } from '../../pipeline/registry.ts';
import { FileBytes } from './bytes.ts';
import { tryOutput, writeWhole } from './files.ts';

/** A share of long work on a file, in bytes. */
export interface FileProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** The same in the unit that people read. */
export function inMegabytes({ stage, done, total }: FileProgress): StageProgress {
  return { stage, done: done / 1e6, total: total / 1e6, unit: 'MB' };
}

export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: FileProgress) => void;
}

export interface Conversion {
  readonly tensors: number;
  readonly bytes: number;
  /** What the file held beside tensors. */
  readonly skipped: readonly string[];
  /** The network that the names belong to; undefined when there is none. */
  readonly network: NetworkDescription | undefined;
}

/** Name in the metadata of the checksum of the file that a safetensors file was made from. */
const ORIGIN = 'source_sha256';

/**
 * Converts a file, whole or not at all.
 * @param sha256 checksum of `from`, which is noted in the new file
 * @throws UserError if one of the files cannot be opened or written; WeightsError if `from` is no file of torch, or damaged
 */
export async function convertFile(
  from: string,
  to: string,
  { signal, onProgress, sha256 }: WorkOptions & { sha256?: string } = {},
): Promise<Conversion> {
  const source = await FileBytes.open(from);
  try {
    const { tensors, metadata, skipped } = await convertTorch(source);
    const noted = sha256 === undefined ? metadata : { ...metadata, [ORIGIN]: sha256 };
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of writeSafetensors(tensors, noted, to)) {
        yield piece;
        bytes += piece.length;
        // A file of torch is as long as its tensors, give or take names and what is skipped.
        onProgress?.({ stage: 'convert', done: Math.min(bytes, source.size), total: source.size });
      }
    };
    await tryOutput(to);
    await writeWhole(to, counted(), signal);
    const names = tensors.map(({ name }) => name);
    return { tensors: tensors.length, bytes, skipped, network: detectNaming(networks, names)?.network };
  } finally {
    await source.close();
  }
}

/** Checksum of the file that the safetensors file at `path` was made from; undefined if it is not known, or no such file. */
export async function originOf(path: string): Promise<string | undefined> {
  const source = await FileBytes.open(path).catch(() => undefined);
  try {
    return source && (await SafetensorsFile.open(source)).metadata.get(ORIGIN);
  } catch {
    return undefined; // damaged: it is made again
  } finally {
    await source?.close();
  }
}
