/** The weights that a user named: generated ones, a folder, or files. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChainConfig, fileSet, SafetensorsFile, syntheticSet, type WeightSet } from '../../../weights/index.ts';
import { messageOf, UserError } from '../errors.ts';
import { FileBytes } from './bytes.ts';

/** A folder may describe networks that are not among the released ones: `{ "sam": {...}, "zoe": {...}, "mcc": {...} }`. */
const CONFIG_FILE = 'config.json';

export interface OpenWeights {
  set: WeightSet;
  /** Closes the files; the set cannot be read any more. */
  close(): Promise<void>;
}

/**
 * Opens weights.
 * @param source `synthetic:SEED`; a folder, all of whose .safetensors files are taken; or files, separated by commas
 * @param preset configuration of generated weights; that of files follows from their shapes
 * @throws UserError if nothing is there; WeightsError if a file is damaged or fits no network
 */
export async function openWeights(source: string, preset: ChainConfig): Promise<OpenWeights> {
  const seed = /^synthetic:(\d+)$/.exec(source)?.[1];
  if (seed !== undefined) return { set: syntheticSet(Number(seed), preset), close: () => Promise.resolve() };

  const opened: FileBytes[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((file) => file.close()));
  };
  try {
    const files: SafetensorsFile[] = [];
    const { paths, configs } = await find(source);
    for (const path of paths) {
      const bytes = await FileBytes.open(path);
      opened.push(bytes);
      files.push(await SafetensorsFile.open(bytes));
    }
    return { set: fileSet(source, files, configs), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function find(source: string): Promise<{ paths: string[]; configs: Partial<ChainConfig> }> {
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return { paths: source.split(','), configs: {} };
  const names = await readdir(source).catch((error: unknown) => {
    throw new UserError(`The folder of weights ${source} cannot be read: ${messageOf(error)}.`, { cause: error });
  });
  const files = names.filter((name) => name.endsWith('.safetensors')).sort();
  if (files.length === 0) {
    throw new UserError(`The folder of weights ${source} has no .safetensors file.`, {
      hint: 'Put the checkpoints of SAM, ZoeDepth and MCC there, or use --weights synthetic:1 to try the program.',
    });
  }
  const configs = names.includes(CONFIG_FILE) ? await readConfigs(join(source, CONFIG_FILE)) : {};
  return { paths: files.map((name) => join(source, name)), configs };
}

async function readConfigs(path: string): Promise<Partial<ChainConfig>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<ChainConfig>;
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`, {
      hint: 'It holds one JSON object with the configurations of the networks beside it: sam, zoe, mcc.',
      cause: error,
    });
  }
}
