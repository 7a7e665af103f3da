/** The released checkpoints: addresses, licenses, sizes and checksums. SAM's sizes and checksums come from the released files;
 *  the hexadecimal part of their names is the start of the MD5, not of the SHA-256. The other projects publish no checksums, so
 *  the checksum of the first download is stored with the file. */
import manifest from './manifest.json';
import { elementBytes, elementCount } from './dtype.ts';
import type { NetworkSpecs } from './network.ts';

/** Who serves a checkpoint: the authors of the network, or the Hugging Face hub, with other tensor names and as safetensors. */
export type SourceName = 'official' | 'huggingface';

export interface License {
  readonly name: string;
  readonly url: string;
  /** What the license means for a user, in a sentence. */
  readonly note: string;
  /** Whether it forbids commercial use. */
  readonly nonCommercial?: boolean;
}

/** One file on a server. */
export interface CheckpointFile {
  readonly url: string;
  /** Name in the cache; no two files of the manifest share one. */
  readonly file: string;
  readonly format: 'pth' | 'pt' | 'safetensors';
  /** Length of the file, if its publisher or many copies of it give it. */
  readonly bytes?: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256?: string;
}

export interface Checkpoint {
  /** What users type: lower case, with hyphens. */
  readonly id: string;
  /** Id of the network. */
  readonly network: string;
  /** Key in the network's `configs`. */
  readonly config: string;
  readonly title: string;
  readonly license: License;
  readonly sources: Readonly<Partial<Record<SourceName, CheckpointFile>>> & { readonly official: CheckpointFile };
}

/** Every checkpoint, in the order of the chain. */
export const checkpoints: readonly Checkpoint[] = manifest.checkpoints.map((entry) => ({
  ...entry,
  license: manifest.licenses[entry.license as keyof typeof manifest.licenses],
  sources: entry.sources as Checkpoint['sources'],
}));

/** The weights in the package: one safetensors file for each network, and the configurations in config.json. */
export const bundled = { ...manifest.bundled, license: manifest.licenses[manifest.bundled.license as 'project'] };

/** Networks whose authors published no weights. The license is that of the program that trains them. */
export const unpublished = manifest.unpublished.map((entry) => ({
  ...entry,
  license: manifest.licenses[entry.license as 'cc-by-nc-4.0'] as License,
}));

/** Finds the checkpoint of an id; undefined if there is none. */
export function findCheckpoint(id: string): Checkpoint | undefined {
  return checkpoints.find((checkpoint) => checkpoint.id === id);
}

/** Number of bytes of all tensors in a released file: its length without names and optimizer state. */
export function tensorBytes({ tensors }: NetworkSpecs): number {
  let bytes = 0;
  for (const { shape, dtype } of tensors.values()) bytes += elementCount(shape) * elementBytes[dtype];
  return bytes;
}
