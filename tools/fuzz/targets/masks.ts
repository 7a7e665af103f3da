/** Masks in COCO's and SA-1B's JSON files. */
import { decodeMask } from '../../../src/host/node/maskFile.ts';
import { encodeRle } from '../../../src/io/index.ts';
import { runsOf } from '../../../src/pipeline/maskRuns.ts';
import { digestOf } from '../digest.ts';
import { changedJsonBytes, cutOff, textBytes } from '../mutate.ts';
import type { Random } from '../random.ts';
import type { Case, Target } from '../target.ts';

const PHOTO = { width: 8, height: 6, name: 'mug' };
const PIXELS = PHOTO.width * PHOTO.height;

/** A mask as runs, compressed or not, or as a polygon. */
function segmentation(random: Random): unknown {
  const kind = random.below(3);
  if (kind === 0) return [[1, 1, 6, 1.5, 5, 4.25], ...(random.once(2) ? [[0, 0, 3, 0, 3, 3]] : [])];
  const mask = Uint8Array.from({ length: PIXELS }, () => random.below(2));
  mask[random.below(PIXELS)] = 1;
  const runs = runsOf(mask, PHOTO);
  return kind === 1 ? encodeRle(runs) : { size: [PHOTO.height, PHOTO.width], counts: [...runs.runs] };
}

/** A sound file of one of the three forms. */
export function soundCoco(random: Random): string {
  const annotations = Array.from({ length: 1 + random.below(2) }, (_, i) => ({
    ...{ id: i + 1, image_id: 7, segmentation: segmentation(random), bbox: [1, 1, 4, 3], area: 9, iscrowd: 0 },
  }));
  const image = { id: 7, file_name: 'photos/mug.jpg', width: PHOTO.width, height: PHOTO.height };
  const kind = random.below(3);
  if (kind === 0) return JSON.stringify(annotations);
  if (kind === 1) return JSON.stringify({ image: { ...image, image_id: 7 }, annotations });
  return JSON.stringify({ images: [image, { id: 8, file_name: 'cup.png' }], annotations });
}

export const coco: Target = {
  name: 'coco',
  about: 'masks in COCO’s and SA-1B’s JSON files',
  open: () =>
    Promise.resolve({
      make(random): Case {
        const text = soundCoco(random);
        if (random.once(12)) return { files: { mask: cutOff(textBytes(text), random) }, allowed: [] };
        return { files: { mask: changedJsonBytes(text, random) } };
      },
      async read({ mask: bytes }) {
        const mask = await decodeMask(bytes, PHOTO, '1');
        if (mask.length !== PIXELS || mask.some((value) => value > 1)) throw new Error('this is no mask');
        return digestOf(mask);
      },
    }),
};
