/** Checkpoints in several safetensors files, with their index. */
import { join } from 'node:path';
import { recognizeFiles, SafetensorsFile } from '../../../weights/index.ts';
import { FileBytes } from '../../../src/host/node/bytes.ts';
import { shardsOf } from '../../../src/host/node/shardIndex.ts';
import { networks } from '../../../src/pipeline/registry.ts';
import { digestOf } from '../digest.ts';
import { changedJsonBytes } from '../mutate.ts';
import { Random } from '../random.ts';
import { place, scratchFolder } from '../scratch.ts';
import type { Case, Files, Target } from '../target.ts';
import { changedSafetensors, soundSafetensors } from './safetensors.ts';

const INDEX = 'model.safetensors.index.json';
const SHARDS = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
const NAMES = [
  ['image_encoder.pos_embed', 'image_encoder.patch_embed.proj.weight', 'image_encoder.neck.0.weight'],
  ['mask_decoder.iou_token.weight', 'mask_decoder.mask_tokens.weight', 'prompt_encoder.no_mask_embed.weight'],
];

async function soundSet(random: Random): Promise<Files> {
  const shards = await Promise.all(NAMES.map((names) => soundSafetensors(random, names)));
  const map = Object.fromEntries(NAMES.flatMap((names, i) => names.map((name) => [name, SHARDS[i]])));
  const index = { metadata: { total_size: shards[0].length + shards[1].length }, weight_map: map };
  return {
    [INDEX]: new TextEncoder().encode(JSON.stringify(index)),
    [SHARDS[0]]: shards[0],
    [SHARDS[1]]: shards[1],
  };
}

export const shards: Target = {
  name: 'shards',
  about: 'weights in several safetensors files with an index',
  async open() {
    const folder = scratchFolder();
    const sound: Files[] = [];
    for (let i = 0; i < 16; i++) sound.push(await soundSet(new Random(1, i)));
    return {
      make(random): Case {
        const files = random.pick(sound);
        const kind = random.below(6);
        if (kind === 0) {
          const missing = random.pick(SHARDS);
          const rest = Object.entries(files).filter(([name]) => name !== missing);
          return { files: Object.fromEntries(rest), allowed: [] };
        }
        if (kind === 1) {
          const name = random.pick(SHARDS);
          const { bytes, isBroken } = changedSafetensors(files[name], random);
          return { files: { ...files, [name]: bytes }, ...(isBroken && { allowed: [] }) };
        }
        return { files: { ...files, [INDEX]: changedJsonBytes(new TextDecoder().decode(files[INDEX]), random) } };
      },
      async read(files) {
        await place(folder, files);
        const opened: FileBytes[] = [];
        try {
          const found: SafetensorsFile[] = [];
          for (const path of await shardsOf(join(folder, INDEX))) {
            const bytes = await FileBytes.open(path);
            opened.push(bytes);
            found.push(await SafetensorsFile.open(bytes));
          }
          const { network, scheme } = recognizeFiles(networks, found);
          return digestOf(network.id, scheme, ...found.flatMap(({ tensors }) => [...tensors.keys()]));
        } finally {
          for (const file of opened) await file.close();
        }
      },
    };
  },
};
