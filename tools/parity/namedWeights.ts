/** Opens the weights that a fixture names, if they are not generated. */
import { openWeights } from '../../src/host/node/weights.ts';
import { networkNamed, presets } from '../../src/pipeline/registry.ts';
import { weightsOf, type WeightSource } from '../../weights/index.ts';
import type { Fixture } from './fixture.ts';

export interface NamedWeights {
  readonly source: WeightSource;
  close(): Promise<void>;
}

/**
 * Opens the weights that the metadata's `weights` names, as `--weights` would; undefined if there is no such entry.
 * @throws RangeError if the fixture is not one of a network; WeightsError if the network is not among the weights
 */
export async function openNamedWeights(fixture: Fixture): Promise<NamedWeights | undefined> {
  if (!fixture.hasMeta('weights')) return undefined;
  const { set, close } = await openWeights(fixture.text('weights'), presets.small);
  try {
    return { source: weightsOf(set, networkNamed(fixture.kind)).source, close };
  } catch (error) {
    await close();
    throw error;
  }
}
