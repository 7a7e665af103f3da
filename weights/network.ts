/**
 * Describes a network for `weights/`, which names no network itself. Callers pass the descriptions of all existing networks,
 * which `src/pipeline/registry.ts` lists.
 */
import type { Dtype } from './dtype.ts';
import type { Rule } from './names/rules.ts';

/** Describes a network and its weights. */
export interface NetworkDescription<Config = object, Id extends string = string> {
  /** Key in weight sets, config.json and the manifest. Fixtures of the network have it as their kind. */
  readonly id: Id;
  /** Name of the network in messages. */
  readonly title: string;
  /** Named configurations: those of the released checkpoints, and `small` for tests. */
  readonly configs: Readonly<Record<string, Config>> & { readonly small: Config };
  /** Name of the default configuration. */
  readonly defaultConfig: string;
  readonly naming: NetworkNaming;
  /** Key of the state dict in the released .pth files; absent if they hold only the state dict. */
  readonly torchKey?: string;
  /** The name that users type for a configuration. It must be unique among all networks. */
  typedName(config: string): string;
  /** The tensors of a configuration. The result is cached for each configuration object. */
  specs(config: Config): NetworkSpecs<Config>;
}

/** Names of the tensors of a network in files. */
export interface NetworkNaming {
  /**
   * Prefixes of tensor names that occur in no other network and no other scheme. `huggingface` is absent if the hub has no
   * files of the network.
   */
  readonly starts: { readonly official: readonly string[]; readonly huggingface?: readonly string[] };
  /** Rules from official names to Hugging Face names. A name that matches no rule is the same in both. */
  readonly rules: readonly Rule[];
  /**
   * Setting of the training program that tells files of this network from those of another one, whose tensors have the same
   * names. It is true in the `args` of a .pth. A safetensors file names the network in its metadata, as `network`.
   */
  readonly setting?: string;
  /** Official tensors that a file may hold several times, under several names and with the same values. */
  readonly repeated?: readonly string[];
}

export interface TensorSpec {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** False for a tensor that is in the released files but never read by inference. It may be absent. */
  readonly used: boolean;
}

/** The tensors of one network. */
export interface NetworkSpecs<Config = object> {
  readonly network: NetworkDescription<Config>;
  readonly config: Config;
  /** Official name -> spec. Used tensors come first, in the order of their first use. */
  readonly tensors: ReadonlyMap<string, TensorSpec>;
}

/** One configuration for each network of a list, by id. */
export type ConfigsOf<Networks extends readonly NetworkDescription[]> = {
  readonly [Network in Networks[number] as Network['id']]: Network['configs']['small'];
};

/** Names of the presets: the small networks for tests, and the default released ones. */
export type PresetName = 'small' | 'full';

/** The configurations of a preset. */
export function presetOf<const Networks extends readonly NetworkDescription[]>(
  networks: Networks,
  name: PresetName,
): ConfigsOf<Networks> {
  const configOf = ({ configs, defaultConfig }: NetworkDescription): object =>
    name === 'small' ? configs.small : configs[defaultConfig];
  return Object.fromEntries(networks.map((network) => [network.id, configOf(network)])) as ConfigsOf<Networks>;
}

/** Finds the network of an id. @throws RangeError if there is none */
export function networkOf<Network extends NetworkDescription>(networks: readonly Network[], id: string): Network {
  const found = networks.find((network) => network.id === id);
  if (found) return found;
  throw new RangeError(`There is no network ${id}. There are: ${networks.map((network) => network.id).join(', ')}.`);
}

/** The tensors of a named configuration. @throws RangeError if the network has no configuration of this name */
export function specsOf<Config>(network: NetworkDescription<Config>, config: string): NetworkSpecs<Config> {
  if (!Object.hasOwn(network.configs, config)) throw new RangeError(`${network.id} has no configuration ${config}.`);
  return network.specs(network.configs[config]);
}

/** Joins titles for a message: `A`, `A or B`, `A, B or C`. */
export function titlesOf(networks: readonly NetworkDescription[], word: 'or' | 'and'): string {
  const titles = networks.map(({ title }) => title);
  return titles.length < 2 ? titles.join() : `${titles.slice(0, -1).join(', ')} ${word} ${titles.at(-1)!}`;
}
