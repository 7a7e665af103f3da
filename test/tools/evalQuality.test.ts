import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createEngine } from '../../src/node.ts';
import { floors, limitOf, valueOf, verdictOf } from '../../tools/eval/floors.ts';
import { withInstruments } from '../../tools/eval/instruments.ts';
import { meansOf, measureScene, type Numbers } from '../../tools/eval/measure.ts';
import { readScene } from '../../tools/eval/scene.ts';
import { root } from '../../tools/setup/process.mjs';

/** `npm run eval` measures all scenes, on a finer grid. */
const SCENES = ['1000001', '1000004', '1000008', '1000010', '1000013'];
const GRANULARITY = 0.12;

it('the weights that ship are as good as they are said to be, on scenes that they were not trained on', async () => {
  const engine = await createEngine();
  const scenes: Numbers[] = [];
  await withInstruments('auto', async (instruments) => {
    for (const name of SCENES) {
      const scene = await readScene(join(root, 'test/scenes', name));
      scenes.push(await measureScene(engine, scene, { granularity: GRANULARITY, instruments }));
    }
  });
  engine.dispose();
  const means = meansOf(scenes);
  const missed = floors.filter((floor) => verdictOf(floor, means) === 'missed');
  expect(
    missed.map(({ label, number, floor }) => `${label}: ${valueOf(means, number)}, floor ${limitOf(floor, means)}`),
  ).toEqual([]);
});
