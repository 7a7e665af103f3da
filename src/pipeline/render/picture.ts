/** Runs a graph whose only result is a picture. */
import { compile } from '../../graph/plan.ts';
import type { Graph } from '../../graph/record.ts';
import type { RunOptions } from '../../graph/run.ts';
import type { Shared } from '../../graph/shared.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { HostArray } from '../../graph/transfer.ts';

/** A picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] sRGB bytes. */
  readonly rgba: Uint8Array;
}

/**
 * @param picture u32 [height, width], RGBA8 words
 * @param inputs of the graph, by name
 * @throws Canceled, DeviceError
 */
export async function draw(
  shared: Shared,
  graph: Graph,
  picture: Tensor,
  inputs: Readonly<Record<string, HostArray>>,
  run: RunOptions,
): Promise<Picture> {
  const plan = await compile(shared, graph, { outputs: { picture } });
  try {
    const result = await plan.run(inputs, run);
    const words = await result.picture.read();
    const [height, width] = picture.shape;
    return { width, height, rgba: new Uint8Array(words.buffer, words.byteOffset, words.byteLength) };
  } finally {
    plan.dispose();
  }
}
