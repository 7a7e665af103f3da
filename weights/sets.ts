/** Sets of weights: a source and a configuration for each network that has weights. */
import { WeightsError } from './errors.ts';
import { WEIGHT_ENDINGS } from './fileName.ts';
import { unpublished } from './manifest.ts';
import { type WeightSource, fileSource, filesByNetwork, recognizeFiles, syntheticSource } from './load.ts';
import { type ConfigsOf, type NetworkDescription, titlesOf } from './network.ts';
import type { SafetensorsFile } from './safetensors.ts';

export interface NetworkWeights<Config = object> {
  readonly network: NetworkDescription<Config>;
  readonly config: Config;
  readonly source: WeightSource;
}

/**
 * Weights by the id of their network. Networks without weights are absent, and `weightsOf` reports them.
 * The set may hold more networks than `Configs` names; `weightsOf` finds all of them.
 */
export type WeightSet<Configs = unknown> = {
  /** For messages and summaries. */
  readonly describe: string;
} & { readonly [Id in keyof Configs]?: NetworkWeights<Configs[Id]> };

/** Generates weights for the networks that have a configuration. @throws WeightsError if the seed is not an integer */
export function syntheticSet<const Networks extends readonly NetworkDescription[]>(
  networks: Networks,
  seed: number,
  configs: Partial<ConfigsOf<Networks>>,
): WeightSet<ConfigsOf<Networks>> {
  return setOf(`synthetic:${seed}`, networks, (network) => {
    const config = configIn(configs, network);
    return config && { network, config, source: syntheticSource(network.specs(config), seed) };
  });
}

/**
 * Reads weights from files in any order. The shards of a network are combined.
 * @param configs configurations of networks that are not released ones. Without it, the configuration is recognized by shapes
 * @throws WeightsError if a file belongs to none of the networks, or its tensors do not fit the configuration
 */
export function fileSet<const Networks extends readonly NetworkDescription[]>(
  networks: Networks,
  describe: string,
  files: readonly SafetensorsFile[],
  configs: Partial<ConfigsOf<Networks>> = {},
): WeightSet<ConfigsOf<Networks>> {
  const groups = filesByNetwork(networks, files);
  return setOf(describe, networks, (network) => {
    const own = groups.get(network);
    if (!own) return undefined;
    // Shapes that fit no named configuration are compared with the default one, so that the error describes the difference.
    const named = () => network.configs[recognizeFiles(networks, own).config ?? network.defaultConfig];
    const config = configIn(configs, network) ?? named();
    return { network, config, source: fileSource(networks, own, network.specs(config)) };
  });
}

/** Finds the weights of a network; undefined if there are none. */
export function findWeights<Config extends object>(
  set: WeightSet,
  network: NetworkDescription<Config>,
): NetworkWeights<Config> | undefined {
  return (set as Readonly<Record<string, unknown>>)[network.id] as NetworkWeights<Config> | undefined;
}

/** The weights of a network. @throws WeightsError if the set has none */
export function weightsOf<Config extends object>(
  set: WeightSet,
  network: NetworkDescription<Config>,
): NetworkWeights<Config> {
  const found = findWeights(set, network);
  if (found) return found;
  throw missingWeights(set, [network]);
}

/** The error for a set that has no weights of the wanted networks. */
export function missingWeights(set: WeightSet, wanted: readonly NetworkDescription[]): WeightsError {
  const existing = Object.values(set).filter((value) => typeof value === 'object') as readonly NetworkWeights[];
  const titles = titlesOf(wanted, 'or');
  const existingTitles = titlesOf(
    existing.map(({ network }) => network),
    'and',
  );
  const note = unpublished.find(({ network }) => wanted.some(({ id }) => id === network))?.note;
  return new WeightsError({
    file: set.describe,
    expected: `weights of ${titles}`,
    found: existing.length ? `only ${existingTitles}` : 'no weights',
    advice:
      note === undefined
        ? `Add a file of ${titles} (${WEIGHT_ENDINGS}), or leave out --weights to use the tiny ones that come with the program.`
        : `${note} Add a file that you trained (${WEIGHT_ENDINGS}); docs/scenes.md says how it is recognized.`,
  });
}

/** The configuration of one network in a record of configurations by id. */
const configIn = (configs: object, { id }: NetworkDescription): object | undefined =>
  (configs as Readonly<Record<string, object | undefined>>)[id];

function setOf<Networks extends readonly NetworkDescription[]>(
  describe: string,
  networks: Networks,
  find: (network: NetworkDescription) => NetworkWeights | undefined,
): WeightSet<ConfigsOf<Networks>> {
  const found = networks.map((network) => [network.id, find(network)] as const).filter(([, weights]) => weights);
  return { describe, ...Object.fromEntries(found) } as WeightSet<ConfigsOf<Networks>>;
}
