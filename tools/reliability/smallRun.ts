/** The smallest networks, and a photo for them. */
import type { Photo } from '../../src/pipeline/photo.ts';
import { presets, type ChainConfig } from '../../src/pipeline/registry.ts';
import { scene } from '../../weights/index.ts';

const WIDTH = 80;
const HEIGHT = 64;

/** Small enough for a software adapter in a browser. */
export const smallConfigs: ChainConfig = {
  sam: { ...presets.small.sam, image: 64, globalBlocks: [1], depth: 2 },
  zoe: presets.small.zoe,
  mcc: { ...presets.small.mcc, image: 64 },
  mccScene: { ...presets.small.mccScene, image: 64 },
};

/** A generated photo. */
export function smallPhoto(): Photo {
  const bytes = scene.image(11, HEIGHT, WIDTH);
  const rgba = new Uint8Array(4 * WIDTH * HEIGHT).map((_, i) => (i % 4 === 3 ? 255 : bytes[3 * (i >> 2) + (i % 4)]));
  return { width: WIDTH, height: HEIGHT, rgba };
}

/** Means an object in the photo. */
export const smallPrompt = { box: [8, 8, 72, 56] } as const;
