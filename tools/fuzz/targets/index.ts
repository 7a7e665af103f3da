/** Everything that is fuzzed, in the order of the documents. */
import type { Target } from '../target.ts';
import { caches } from './caches.ts';
import { commandLines } from './commandLines.ts';
import { npy, obj } from './geometry.ts';
import { lists } from './lists.ts';
import { coco } from './masks.ts';
import { pictureTargets } from './pictures.ts';
import { safetensors } from './safetensors.ts';
import { shards } from './shards.ts';
import { torchLegacy, torchZip } from './torch.ts';

export const targets: readonly Target[] = [
  ...[safetensors, torchZip, torchLegacy, shards],
  ...[...pictureTargets, npy, obj, coco, lists],
  ...[commandLines, caches],
];
