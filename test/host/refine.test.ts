/** Masks as prompts, refined by the tiny weights on a scene whose truth is known. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type NodeEngine, type PromptOptions } from '../../src/node.ts';
import { readScene, type Scene } from '../../tools/eval/scene.ts';

let engine: NodeEngine;
let scene: Scene;
beforeAll(async () => {
  engine = await createEngine({ roles: ['segment'] });
  scene = await readScene(join(import.meta.dirname, '../scenes/1000016'));
});
afterAll(() => engine.dispose());

/** The mask of all pixels that are no farther than `reach` from it, along both axes. */
function dilated(mask: Uint8Array, { width, height }: { width: number; height: number }, reach: number): Uint8Array {
  const grown = new Uint8Array(mask.length);
  mask.forEach((value, i) => {
    if (!value) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
      grown.fill(1, v * width + Math.max(0, x - reach), v * width + Math.min(width, x + reach + 1));
    }
  });
  return grown;
}

/** Intersection over union. */
function overlap(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  a.forEach((value, i) => {
    both += value & b[i];
    either += value | b[i];
  });
  return both / either;
}

describe('a rough mask', () => {
  it('comes nearer to the truth, alone and with a box', async () => {
    const { photo, mask: truth, box } = scene;
    const roughMask = dilated(truth, photo, 6);
    expect(overlap(roughMask, truth)).toBeLessThan(0.87);
    const alone = await engine.segment(photo, { roughMask });
    expect(overlap(alone.candidates[0].mask, truth)).toBeGreaterThan(0.92);
    const withBox = await engine.segment(photo, { roughMask, box });
    expect(overlap(withBox.candidates[0].mask, truth)).toBeGreaterThan(0.92);
  });
});

describe('an earlier answer', () => {
  it('says which object is meant: alone, and better than a click; its opposite says that it is none', async () => {
    const { photo, mask: truth, box, click } = scene;
    const points = [{ x: click[0], y: click[1], label: 1 }] as const;
    const session = await engine.open(photo);
    const iou = async (prompt: PromptOptions) => overlap((await session.segment(prompt)).candidates[0].mask, truth);
    const { lowRes: previous } = (await session.segment({ box })).candidates[0];
    expect(await iou({ previous })).toBeGreaterThan(0.94);
    expect(await iou({ points, previous })).toBeGreaterThan((await iou({ points })) + 0.02);
    expect(await iou({ box, previous: previous.map((logit) => -logit) })).toBeLessThan(0.3);
    session.close();
  });
});
