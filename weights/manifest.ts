/** The released checkpoints: where they are, under which license, and how to know them again. Sizes and checksums of SAM are
 *  those of the released files (the hexadecimal part of their names begins the MD5, not the SHA-256, of the file); the other
 *  projects publish none, so the first download is pinned by whoever keeps the file. */
import manifest from './manifest.json';
import { elementBytes, elementCount } from './dtype.ts';
import type { NetworkSpecs } from './network.ts';

/** Who serves a checkpoint: the authors of the network, or the Hugging Face hub, in other names and as safetensors. */
export type SourceName = 'official' | 'huggingface';

export interface License {
  readonly name: string;
  readonly url: string;
  /** What it means for a user, in a sentence. */
  readonly note: string;
}

/** One file on a server. */
export interface CheckpointFile {
  readonly url: string;
  /** Name in the cache; no two files of the manifest share one. */
  readonly file: string;
  readonly format: 'pth' | 'pt' | 'safetensors';
  /** Length of the file, where its publisher or many copies of it tell. */
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

/** The weights that come with the package: one safetensors file for each network, and their configurations in config.json. */
export const bundled = { ...manifest.bundled, license: manifest.licenses[manifest.bundled.license as 'project'] };

/** The checkpoint of this id, or undefined. */
export function findCheckpoint(id: string): Checkpoint | undefined {
  return checkpoints.find((checkpoint) => checkpoint.id === id);
}

/** Bytes of all tensors that a released file holds: the length of the file, apart from names and optimizer state. */
export function tensorBytes({ tensors }: NetworkSpecs): number {
  let bytes = 0;
  for (const { shape, dtype } of tensors.values()) bytes += elementCount(shape) * elementBytes[dtype];
  return bytes;
}
