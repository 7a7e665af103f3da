/** The weights of several networks: a source and a configuration for each network that is there. */
import { WeightsError } from './errors.ts';
import { type WeightSource, fileSource, recognizeFiles, syntheticSource } from './load.ts';
import { type ConfigsOf, type NetworkDescription, titlesOf } from './network.ts';
import type { SafetensorsFile } from './safetensors.ts';

export interface NetworkWeights<Config = object> {
  readonly network: NetworkDescription<Config>;
  readonly config: Config;
  readonly source: WeightSource;
}

/**
 * Weights by the id of their network. Networks that were not found are absent; using one then says which is missing.
 * The set may hold more networks than `Configs` names: `weightsOf` finds any.
 */
export type WeightSet<Configs = unknown> = {
  /** For messages and summaries. */
  readonly describe: string;
} & { readonly [Id in keyof Configs]?: NetworkWeights<Configs[Id]> };

/** Generated weights of the networks that have a configuration. @throws WeightsError if the seed is no integer */
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
 * Weights in files, in any order; shards of one network are put together.
 * @param configs configurations that are not among the released ones; a network without one is recognized by its shapes
 * @throws WeightsError if a file belongs to none of the networks, or its tensors do not fit the configuration
 */
export function fileSet<const Networks extends readonly NetworkDescription[]>(
  networks: Networks,
  describe: string,
  files: readonly SafetensorsFile[],
  configs: Partial<ConfigsOf<Networks>> = {},
): WeightSet<ConfigsOf<Networks>> {
  const groups = new Map<NetworkDescription, SafetensorsFile[]>();
  for (const file of files) {
    const { network } = recognizeFiles(networks, [file]);
    groups.set(network, [...(groups.get(network) ?? []), file]);
  }
  return setOf(describe, networks, (network) => {
    const own = groups.get(network);
    if (!own) return undefined;
    // Shapes that fit no named configuration are compared with the default one: the error then says what they look like.
    const named = () => network.configs[recognizeFiles(networks, own).config ?? network.defaultConfig];
    const config = configIn(configs, network) ?? named();
    return { network, config, source: fileSource(networks, own, network.specs(config)) };
  });
}

/** The weights of one network, if they are there. */
export function findWeights<Config extends object>(
  set: WeightSet,
  network: NetworkDescription<Config>,
): NetworkWeights<Config> | undefined {
  return (set as Readonly<Record<string, unknown>>)[network.id] as NetworkWeights<Config> | undefined;
}

/** The weights of one network. @throws WeightsError if the set has none */
export function weightsOf<Config extends object>(
  set: WeightSet,
  network: NetworkDescription<Config>,
): NetworkWeights<Config> {
  const found = findWeights(set, network);
  if (found) return found;
  throw missingWeights(set, [network]);
}

/** The error for a set that has weights of none of the wanted networks. */
export function missingWeights(set: WeightSet, wanted: readonly NetworkDescription[]): WeightsError {
  const there = Object.values(set).filter((value) => typeof value === 'object') as readonly NetworkWeights[];
  const titles = titlesOf(wanted, 'or');
  const titlesThere = titlesOf(
    there.map(({ network }) => network),
    'and',
  );
  return new WeightsError({
    file: set.describe,
    expected: `weights of ${titles}`,
    found: there.length ? `only ${titlesThere}` : 'no weights',
    advice: `Add a safetensors file of ${titles}, or use --weights synthetic:1 to try the program.`,
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
