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
 * Opens the weights that the metadata's `weights` names, as `--weights` would; undefined if there is no such entry. They
 * are those of the network in the entry `network`, else of the one that is the fixture's kind.
 * @throws RangeError if the fixture is not one of a network; WeightsError if the network is not among the weights
 */
export async function openNamedWeights(fixture: Fixture): Promise<NamedWeights | undefined> {
  if (!fixture.hasMeta('weights')) return undefined;
  const { set, close } = await openWeights(fixture.text('weights'), presets.small);
  try {
    const network = networkNamed(fixture.hasMeta('network') ? fixture.text('network') : fixture.kind);
    return { source: weightsOf(set, network).source, close };
  } catch (error) {
    await close();
    throw error;
  }
}
