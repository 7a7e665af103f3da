/** The weights of the whole chain: one source and one configuration for each network that is there. */
import {
  type ChainConfig,
  type MccConfig,
  type SamConfig,
  type ZoeConfig,
  mccConfigs,
  samConfigs,
  zoeConfigs,
} from './config.ts';
import { WeightsError } from './errors.ts';
import { type WeightSource, fileSource, recognizeFiles, syntheticSource } from './load.ts';
import type { SafetensorsFile } from './safetensors.ts';
import { mccSpecs } from './specs/mcc.ts';
import { samSpecs } from './specs/sam.ts';
import { type Network, networkTitles } from './specs/specs.ts';
import { zoeSpecs } from './specs/zoe.ts';

export interface NetworkWeights<Config> {
  readonly config: Config;
  readonly source: WeightSource;
}

/** Networks that were not found are absent; using one then says which is missing. */
export interface WeightSet {
  /** For messages and summaries. */
  readonly describe: string;
  readonly sam?: NetworkWeights<SamConfig>;
  readonly zoe?: NetworkWeights<ZoeConfig>;
  readonly mcc?: NetworkWeights<MccConfig>;
}

/** Generated weights of all three networks. @throws WeightsError if the seed is no integer */
export function syntheticSet(seed: number, { sam, zoe, mcc }: ChainConfig): WeightSet {
  return {
    describe: `synthetic:${seed}`,
    sam: { config: sam, source: syntheticSource(samSpecs(sam), seed) },
    zoe: { config: zoe, source: syntheticSource(zoeSpecs(zoe), seed) },
    mcc: { config: mcc, source: syntheticSource(mccSpecs(mcc), seed) },
  };
}

/**
 * Weights in files, in any order; shards of one network are put together.
 * @param configs configurations that are not among the released ones; a network without one is recognized by its shapes
 * @throws WeightsError if a file belongs to none of the networks, or its tensors do not fit the configuration
 */
export function fileSet(
  describe: string,
  files: readonly SafetensorsFile[],
  configs: Partial<ChainConfig> = {},
): WeightSet {
  const groups: Record<Network, SafetensorsFile[]> = { sam: [], zoe: [], mcc: [] };
  for (const file of files) groups[recognizeFiles([file]).network].push(file);
  // Unrecognized shapes are compared with the commonest configuration: the error then says what they look like.
  const known = (network: Network): string | undefined => recognizeFiles(groups[network]).config;
  const named = <C>(table: Readonly<Record<string, C>>, name: string | undefined, fallback: C): C =>
    name === undefined ? fallback : table[name];
  const { sam, zoe, mcc } = groups;
  const samConfig = sam.length
    ? (configs.sam ?? named<SamConfig>(samConfigs, known('sam'), samConfigs.vit_b))
    : undefined;
  const zoeConfig = zoe.length ? (configs.zoe ?? named<ZoeConfig>(zoeConfigs, known('zoe'), zoeConfigs.N)) : undefined;
  const mccConfig = mcc.length
    ? (configs.mcc ?? named<MccConfig>(mccConfigs, known('mcc'), mccConfigs.full))
    : undefined;
  return {
    describe,
    ...(samConfig && { sam: { config: samConfig, source: fileSource(sam, samSpecs(samConfig)) } }),
    ...(zoeConfig && { zoe: { config: zoeConfig, source: fileSource(zoe, zoeSpecs(zoeConfig)) } }),
    ...(mccConfig && { mcc: { config: mccConfig, source: fileSource(mcc, mccSpecs(mccConfig)) } }),
  };
}

/** The weights of one network. @throws WeightsError if the set has none */
export function weightsOf<N extends Network>(set: WeightSet, network: N): NonNullable<WeightSet[N]> {
  const found = set[network];
  if (!found) {
    const title = networkTitles[network];
    const there = (Object.keys(networkTitles) as Network[]).filter((n) => set[n]).map((n) => networkTitles[n]);
    throw new WeightsError({
      file: set.describe,
      expected: `weights of ${title}`,
      found: there.length ? `only ${there.join(' and ')}` : 'no weights',
      advice: `Add a safetensors file of ${title}, or use --weights synthetic:1 to try the program.`,
    });
  }
  return found;
}
