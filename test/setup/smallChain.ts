/** Runs the whole chain with small networks on a generated photo. Node and Chromium must agree on the result. */
import type { Device } from '../../src/graph/device.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import { syntheticSet } from '../../src/pipeline/registry.ts';
import { smallConfigs, smallPhoto, smallPrompt } from '../../tools/reliability/smallRun.ts';

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
  const engine = new Engine({ device, weights: syntheticSet(4, smallConfigs) });
  const { mask, depth, object } = await engine.reconstruct(smallPhoto(), {
    ...smallPrompt,
    ...{ granularity: 1, threshold: 0.5 },
  });
  return {
    mask: [...mask.keys()].filter((i) => mask[i] === 1),
    depth: [...depth.meters],
    xyz: [...object.xyz],
    rgb: [...object.rgb],
  };
}
