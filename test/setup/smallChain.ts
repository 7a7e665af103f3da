/** Runs the whole chain with small networks on a generated photo. Node and Chromium must agree on the result. */
import type { Device } from '../../src/graph/device.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import { presets, syntheticSet, type ChainConfig } from '../../src/pipeline/registry.ts';
import { scene } from '../../weights/index.ts';

const WIDTH = 80;
const HEIGHT = 64;

/** Small enough for a software adapter in a browser. */
const configs: ChainConfig = {
  sam: { ...presets.small.sam, image: 64, globalBlocks: [1], depth: 2 },
  zoe: presets.small.zoe,
  mcc: { ...presets.small.mcc, image: 64 },
  mccScene: { ...presets.small.mccScene, image: 64 },
};

export interface SmallChain {
  /** Indices of the mask's pixels. */
  readonly mask: number[];
  readonly depth: number[];
  /** Positions of the object's points in the camera's frame. */
  readonly xyz: number[];
  /** Color bytes. */
  readonly rgb: number[];
}

/** @returns plain arrays, which survive JSON */
export async function runSmallChain(device: Device): Promise<SmallChain> {
  const bytes = scene.image(11, HEIGHT, WIDTH);
  const rgba = new Uint8Array(4 * WIDTH * HEIGHT).map((_, i) => (i % 4 === 3 ? 255 : bytes[3 * (i >> 2) + (i % 4)]));
  const engine = new Engine({ device, weights: syntheticSet(4, configs) });
  const { mask, depth, object } = await engine.reconstruct(
    { width: WIDTH, height: HEIGHT, rgba },
    { box: [8, 8, 72, 56], granularity: 1, threshold: 0.5 },
  );
  return {
    mask: [...mask.keys()].filter((i) => mask[i] === 1),
    depth: [...depth.meters],
    xyz: [...object.xyz],
    rgb: [...object.rgb],
  };
}
