/** Generated photos for a batch. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePng } from '../../src/host/node/encode.ts';
import { scene } from '../../weights/index.ts';

export const WIDTH = 160;
export const HEIGHT = 120;

/** Around the object in each photo. */
export const BOX = [40, 14, 136, 94] as const;

/** Name of a photo without its ending, and of its object. */
export const nameOf = (i: number): string => `photo-${String(i).padStart(5, '0')}`;

/** Writes `count` photos into a folder. The i-th and the (i + different)-th are the same. */
export async function writePhotos(folder: string, count: number, different: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let seed = 0; seed < Math.min(count, different); seed++) {
    const png = await encodePng(scene.image(seed, HEIGHT, WIDTH), WIDTH, HEIGHT);
    for (let i = seed; i < count; i += different) await writeFile(join(folder, `${nameOf(i)}.png`), png);
  }
}
