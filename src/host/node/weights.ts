/** What `--weights` names: generated weights, a folder of safetensors files, or files. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  fileSet,
  presets,
  SafetensorsFile,
  syntheticSet,
  type ChainConfig,
  type WeightSet,
} from '../../../weights/index.ts';
import { messageOf, UserError } from '../errors.ts';
import { FileBytes } from './bytes.ts';

export interface OpenedWeights {
  readonly set: WeightSet;
  /** Closes the files. */
  close(): Promise<void>;
}

/** A folder may describe its networks in this file: `{ "sam": {...}, "zoe": {...}, "mcc": {...} }`, each optional. */
const CONFIG_FILE = 'config.json';

/**
 * @param spec `synthetic:SEED`, a folder, or files separated by commas
 * @param size which configurations generated weights have
 * @throws UserError if nothing is there, WeightsError if what is there does not fit
 */
export async function openWeights(spec: string, size: keyof typeof presets): Promise<OpenedWeights> {
  const synthetic = /^synthetic:(\d+)$/.exec(spec);
  if (synthetic) return { set: syntheticSet(Number(synthetic[1]), presets[size]), close: () => Promise.resolve() };
  const { paths, configs } = await find(spec);
  const opened: FileBytes[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((file) => file.close()));
  };
  try {
    const files: SafetensorsFile[] = [];
    for (const path of paths) {
      const bytes = await FileBytes.open(path);
      opened.push(bytes);
      files.push(await SafetensorsFile.open(bytes));
    }
    return { set: fileSet(spec, files, configs), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function find(spec: string): Promise<{ paths: string[]; configs: Partial<ChainConfig> }> {
  const hint = 'Give synthetic:SEED, a folder with .safetensors files, or such files separated by commas.';
  const stats = await stat(spec).catch(() => undefined);
  if (!stats?.isDirectory()) return { paths: spec.split(','), configs: {} };
  const names = (await readdir(spec)).sort();
  const paths = names.filter((name) => name.endsWith('.safetensors')).map((name) => join(spec, name));
  if (paths.length === 0) throw new UserError(`There is no .safetensors file in ${spec}.`, { hint });
  return { paths, configs: names.includes(CONFIG_FILE) ? await readConfigs(join(spec, CONFIG_FILE)) : {} };
}

async function readConfigs(path: string): Promise<Partial<ChainConfig>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<ChainConfig>;
  } catch (error) {
    throw new UserError(`${basename(path)} cannot be read: ${messageOf(error)}.`, {
      hint: 'It holds one JSON object with the configurations of the networks beside it: sam, zoe, mcc.',
      cause: error,
    });
  }
}
