/** Weights that a fixture names, for networks whose weights are not generated. */
import { openWeights } from '../../src/host/node/weights.ts';
import { presets, type WeightSource } from '../../weights/index.ts';
import type { Fixture } from './fixture.ts';

export interface NamedWeights {
  readonly source: WeightSource;
  close(): Promise<void>;
}

/** What `weights` in the metadata names, as `--weights` does; undefined where there is no such entry. */
export async function openNamedWeights(fixture: Fixture): Promise<NamedWeights | undefined> {
  if (!fixture.hasMeta('weights')) return undefined;
  const { set, close } = await openWeights(fixture.text('weights'), presets.small);
  const network = set[fixture.kind as 'sam' | 'zoe' | 'mcc'];
  if (network) return { source: network.source, close };
  await close();
  throw new Error(`fixtures of kind "${fixture.kind}" have no weights; sam, zoe and mcc have.`);
}
