/**
 * All networks of the program, and the functions of `weights/` applied to them. A new network is a line in the array.
 */
import * as weights from '../../weights/index.ts';
import { mccModule, mccSceneModule } from './mcc/module.ts';
import type { NetworkModule } from './networkModule.ts';
import { samModule } from './sam/module.ts';
import { zoeModule } from './zoeDepth/module.ts';

/** Every network, in the order of the chain. If several play one role, the first one with weights is the default. */
export const networks = [samModule, zoeModule, mccModule, mccSceneModule] as const;

/** One configuration of each network, by id. */
export type ChainConfig = weights.ConfigsOf<typeof networks>;

/** Weights of these networks, by id. */
export type WeightSet = weights.WeightSet<ChainConfig>;

/** Named sets of configurations. */
export const presets: Readonly<Record<weights.PresetName, ChainConfig>> = {
  small: weights.presetOf(networks, 'small'),
  full: weights.presetOf(networks, 'full'),
};

/** Generated weights of all networks. @throws WeightsError if the seed is no integer */
export const syntheticSet = (seed: number, configs: ChainConfig): WeightSet =>
  weights.syntheticSet(networks, seed, configs);

/**
 * Weights in files, in any order; shards of one network are joined.
 * @param configs configurations that are not released ones; without it, the shapes of the tensors tell the
 *   configuration
 * @throws WeightsError if a file belongs to no network, or its tensors do not fit the configuration
 */
export const fileSet = (
  describe: string,
  files: readonly weights.SafetensorsFile[],
  configs?: Partial<ChainConfig>,
): WeightSet => weights.fileSet(networks, describe, files, configs);

/** The network with an id. @throws RangeError if there is none */
export const networkNamed = (id: string): NetworkModule => weights.networkOf<NetworkModule>(networks, id);

/** Ids of the checkpoints that `official` means: for each network, its default configuration. */
export const defaultCheckpoints: readonly string[] = networks.flatMap(({ id, defaultConfig }) =>
  weights.checkpoints.filter(({ network, config }) => network === id && config === defaultConfig).map((one) => one.id),
);

/** The tensors of a released checkpoint. */
export const specsOfCheckpoint = ({ network, config }: weights.Checkpoint): weights.NetworkSpecs =>
  weights.specsOf(networkNamed(network), config);
