/** Converts PyTorch .pth and .pt files to safetensors on disk, piece by piece. */
import {
  candidatesFor,
  convertTorch,
  detectNaming,
  type NetworkDescription,
  networkMark,
  SafetensorsFile,
  writeSafetensors,
} from '../../../weights/index.ts';
import type { StageProgress } from '../../pipeline/session/stages.ts';
import { networks } from '../../pipeline/registry.ts';
import { FileBytes } from './bytes.ts';
import { tryOutput, writeWhole } from './files.ts';

/** Progress of long work on a file, in bytes. */
export interface FileProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** The same progress in megabytes. */
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
  /** Entries of the file that are not tensors. */
  readonly skipped: readonly string[];
  /** The network to which the names belong; undefined for an unknown network. */
  readonly network: NetworkDescription | undefined;
}

/** Metadata key of the checksum of the converted file. */
const ORIGIN_KEY = 'source_sha256';

/**
 * Converts a file. The result appears complete or not at all.
 * @param options `sha256` is the checksum of `from`, which is stored in the new file; `network` is what the file belongs to, if it
 *   does not say so itself
 * @throws UserError if one of the files cannot be opened or written; WeightsError if `from` is not a PyTorch file, or is damaged
 */
export async function convertFile(
  from: string,
  to: string,
  { signal, onProgress, sha256, network }: WorkOptions & { sha256?: string; network?: NetworkDescription } = {},
): Promise<Conversion> {
  const source = await FileBytes.open(from);
  try {
    const { tensors, metadata, skipped } = await convertTorch(source, networks);
    const noted = {
      ...metadata,
      ...(network && networkMark(network)),
      ...(sha256 !== undefined && { [ORIGIN_KEY]: sha256 }),
    };
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of writeSafetensors(tensors, noted, to)) {
        yield piece;
        bytes += piece.length;
        // A PyTorch file is about as long as its tensors: names and skipped entries are small.
        onProgress?.({ stage: 'convert', done: Math.min(bytes, source.size), total: source.size });
      }
    };
    await tryOutput(to);
    await writeWhole(to, counted(), signal);
    const names = tensors.map(({ name }) => name);
    const candidates = candidatesFor(networks, [{ metadata: new Map(Object.entries(noted)) }]);
    return { tensors: tensors.length, bytes, skipped, network: detectNaming(candidates, names)?.network };
  } finally {
    await source.close();
  }
}

/** Checksum of the file from which the safetensors file at `path` was converted; undefined if there is none. */
export async function originOf(path: string): Promise<string | undefined> {
  const source = await FileBytes.open(path).catch(() => undefined);
  try {
    return source && (await SafetensorsFile.open(source)).metadata.get(ORIGIN_KEY);
  } catch {
    return undefined; // damaged: the caller converts again
  } finally {
    await source?.close();
  }
}
