/**
 * What `weights/` knows of a network. No network is named here: callers pass descriptions of the networks that exist
 * (`src/pipeline/registry.ts` lists them).
 */
import type { Dtype } from './dtype.ts';
import type { Rule } from './names/rules.ts';

/** A network, as far as its weights are concerned. */
export interface NetworkDescription<Config = object, Id extends string = string> {
  /** Key in weight sets, in config.json and in the manifest; fixtures of the network have it as their kind. */
  readonly id: Id;
  /** What messages call the network. */
  readonly title: string;
  /** Named configurations: those of the released checkpoints, and `small` for tests. */
  readonly configs: Readonly<Record<string, Config>> & { readonly small: Config };
  /** Name of the configuration that is meant by default. */
  readonly defaultConfig: string;
  readonly naming: NetworkNaming;
  /** Key under which the released .pth files hold the state dict; absent where they hold nothing else. */
  readonly torchKey?: string;
  /** What users type for a configuration. No two networks may share such a name. */
  typedName(config: string): string;
  /** The tensors of a configuration. Asking again for the same object costs nothing. */
  specs(config: Config): NetworkSpecs<Config>;
}

/** How the tensors of a network are called in files. */
export interface NetworkNaming {
  /**
   * Starts of names that no other network has, and no other scheme of this one. Without `huggingface`, the hub has no
   * files of the network.
   */
  readonly starts: { readonly official: readonly string[]; readonly huggingface?: readonly string[] };
  /** From the official names to those of Hugging Face. A name that no rule fits is the same in both. */
  readonly rules: readonly Rule[];
  /** Official tensors that a file may hold under several names at once, with the same values. */
  readonly repeated?: readonly string[];
}

export interface TensorSpec {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** False for what the released files hold and inference never reads: those may be absent. */
  readonly used: boolean;
}

/** The tensors of one network. */
export interface NetworkSpecs<Config = object> {
  readonly network: NetworkDescription<Config>;
  readonly config: Config;
  /** Official name -> spec: what inference reads, in the order of its first use, then the rest. */
  readonly tensors: ReadonlyMap<string, TensorSpec>;
}

/** A configuration for each network of a list, by id. */
export type ConfigsOf<Networks extends readonly NetworkDescription[]> = {
  readonly [Network in Networks[number] as Network['id']]: Network['configs']['small'];
};

/** Sizes that a user can name: the small networks of tests, and the default released ones. */
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

/** The network of an id. @throws RangeError if there is none */
export function networkOf<Network extends NetworkDescription>(networks: readonly Network[], id: string): Network {
  const found = networks.find((network) => network.id === id);
  if (found) return found;
  throw new RangeError(`there is no network ${id}; there are ${networks.map((network) => network.id).join(', ')}.`);
}

/** The tensors of a named configuration. @throws RangeError if the network has no configuration of this name */
export function specsOf<Config>(network: NetworkDescription<Config>, config: string): NetworkSpecs<Config> {
  if (!Object.hasOwn(network.configs, config)) throw new RangeError(`${network.id} has no configuration ${config}`);
  return network.specs(network.configs[config]);
}

/** `A`, `A or B`, `A, B or C`: titles in a message. */
export function titlesOf(networks: readonly NetworkDescription[], word: 'or' | 'and'): string {
  const titles = networks.map(({ title }) => title);
  return titles.length < 2 ? titles.join() : `${titles.slice(0, -1).join(', ')} ${word} ${titles.at(-1)!}`;
}
