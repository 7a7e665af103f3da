/** Lists of a batch: JSON lines and COCO, and the results of earlier runs. */
import { join } from 'node:path';
import { Command } from 'commander';
import { addObjectOptions, type ObjectOptions } from '../../../src/cli/objectOptions.ts';
import { readList } from '../../../src/cli/work/batch/list.ts';
import { isThere, readResults } from '../../../src/cli/work/batch/results.ts';
import { digestOf } from '../digest.ts';
import { bytesText, changedJsonBytes, joined, textBytes } from '../mutate.ts';
import type { Random } from '../random.ts';
import { place, scratchFolder } from '../scratch.ts';
import type { Case, Files, Target } from '../target.ts';
import { soundCoco } from './masks.ts';

const LINES = [
  { photo: 'mug.jpg', box: [27, 44, 412, 595] },
  {
    photo: 'kitchen/cup.png',
    points: [
      [3, 4],
      [5, 6, 0],
    ],
    granularity: 0.1,
    name: 'cup',
  },
  { photo: 'a.webp', mask: 'masks/a.png', threshold: 0.2, gridBox: [-1, -1, -1, 1, 1, 1], format: 'obj,stl' },
  { photo: '/photos/b.tif', mask: 'b.json', pick: 3, depthMap: 'b.npy', depthScale: 0.001, sweep: 'full' },
  { photo: 'c.jpg', pointCloud: 'c.obj', cloudAxes: 'x,-y,-z', faces: 2000, texture: 0, fuseDepth: 'off' },
];
const RESULT = {
  name: 'mug',
  photo: 'mug.jpg',
  status: 'done',
  key: '0123456789abcdef',
  seconds: 1.5,
  points: 9,
  notices: [],
};

const [JSONL, JSON_LIST, RESULTS] = ['list.jsonl', 'list.json', 'results.jsonl'];

function changedLines(values: readonly object[], random: Random): Uint8Array {
  const at = random.below(values.length);
  return joined(
    ...values.map((value, i) => {
      const text = JSON.stringify(value);
      return joined(i === at ? changedJsonBytes(text, random) : textBytes(text), textBytes('\n'));
    }),
  );
}

export const lists: Target = {
  name: 'lists',
  about: 'lists of a batch in JSON lines and COCO, and results of earlier runs',
  open() {
    const folder = scratchFolder();
    const defaults: ObjectOptions = addObjectOptions(new Command()).parse([], { from: 'user' }).opts();
    const options = { output: join(folder, 'out') };
    return Promise.resolve({
      make(random): Case {
        const kind = random.below(5);
        if (kind === 0) return { files: { [RESULTS]: changedLines([RESULT, { ...RESULT, name: 'cup' }], random) } };
        if (kind === 1) return { files: { [JSON_LIST]: changedJsonBytes(soundCoco(random), random) } };
        return { files: { [JSONL]: changedLines(LINES, random) } };
      },
      async read(files: Files) {
        await place(folder, files);
        const [name] = Object.keys(files);
        if (name === RESULTS) {
          const lines = await readResults(join(folder, name));
          for (const line of lines.values()) await isThere(folder, line, 'summary.json');
          return digestOf(...lines.keys());
        }
        const items = await readList(join(folder, name), defaults, options);
        for (const item of items) {
          const parts = item.name.split('/');
          if (parts.includes('..') || item.name.startsWith('/')) throw new Error('a result outside its folder');
        }
        return digestOf(...items.map((item) => JSON.stringify(item)), bytesText(files[name]).length);
      },
    });
  },
};
