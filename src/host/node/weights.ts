/** The weights that a user named: generated ones, released checkpoints, a folder, or files. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Checkpoint, checkpoints, findCheckpoint, SafetensorsFile, titlesOf } from '../../../weights/index.ts';
import {
  type ChainConfig,
  defaultCheckpoints,
  fileSet,
  networkNamed,
  networks,
  specsOfCheckpoint,
  syntheticSet,
  type WeightSet,
} from '../../pipeline/registry.ts';
import type { Role } from '../../pipeline/roles.ts';
import { EXIT, UserError } from '../errors.ts';
import { BUNDLED, bundledFolder } from './bundled.ts';
import { FileBytes } from './bytes.ts';
import { weightsFolder } from './cache.ts';
import { CheckpointCache, type Choice, pullCommand } from './checkpointCache.ts';
import { convertFile, originOf, type WorkOptions } from './convert.ts';
import { checksum } from './download.ts';
import { reasonOf } from './fileErrors.ts';

/** A folder may describe networks that are not among the released ones: a configuration for each, by its id. */
const CONFIG_FILE = 'config.json';

export interface OpenWeights {
  set: WeightSet;
  /** Closes the files; the set cannot be read any more. */
  close(): Promise<void>;
}

export interface OpenOptions extends WorkOptions {
  /** Where released checkpoints and converted files are kept; by default the platform's cache. */
  readonly weightsDir?: string;
  /** Roles that will be played; by default all. Released checkpoints of other networks need not be there. */
  readonly roles?: readonly Role[];
}

/** Files to read, and what their networks are if that is known. */
interface Found {
  readonly paths: readonly string[];
  readonly configs: Partial<ChainConfig>;
}

/**
 * Opens weights.
 * @param source `tiny`, which come with the package; `synthetic:SEED`; `official`, or `official:ID,...` for other checkpoints than the default ones; a folder,
 *   all of whose files of weights are taken; or files, separated by commas. Files of torch are converted into the cache.
 * @param preset configuration of generated weights; that of files follows from their shapes
 * @throws UserError if nothing is there; WeightsError if a file is damaged or fits no network
 */
export async function openWeights(
  source: string,
  preset: ChainConfig,
  options: OpenOptions = {},
): Promise<OpenWeights> {
  const seed = /^synthetic:(\d+)$/.exec(source)?.[1];
  if (seed !== undefined) return { set: syntheticSet(Number(seed), preset), close: () => Promise.resolve() };

  const official = /^official(?::(.+))?$/.exec(source);
  const { paths, configs } = official
    ? await findOfficial(official[1], options)
    : await findFiles(source === BUNDLED ? await bundledFolder() : source, options);
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
    return { set: fileSet(source, files, configs), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The checkpoints that `official` means: one for each network, those of `ids` before the default ones.
 * Exported for tests.
 * @throws UserError
 */
export function officialCheckpoints(ids: readonly string[]): Checkpoint[] {
  const chosen = new Map<string, Checkpoint>();
  for (const id of ids) {
    const checkpoint = findCheckpoint(id);
    if (!checkpoint) throw unknownCheckpoint(id);
    const other = chosen.get(checkpoint.network);
    if (other) {
      throw new UserError(`${other.id} and ${id} are checkpoints of one network.`, {
        hint: 'Name one for each network.',
        exitCode: EXIT.usage,
      });
    }
    chosen.set(checkpoint.network, checkpoint);
  }
  for (const id of defaultCheckpoints) {
    const checkpoint = findCheckpoint(id)!;
    if (!chosen.has(checkpoint.network)) chosen.set(checkpoint.network, checkpoint);
  }
  return networks.flatMap((network) => chosen.get(network.id) ?? []);
}

/** What to say of an id that is not in the manifest. */
export function unknownCheckpoint(id: string): UserError {
  return new UserError(`There is no checkpoint ${id}.`, {
    hint: `There are: ${checkpoints.map((one) => one.id).join(', ')}.`,
    exitCode: EXIT.usage,
  });
}

async function findOfficial(ids: string | undefined, options: OpenOptions): Promise<Found> {
  const cache = new CheckpointCache(weightsFolder(options.weightsDir));
  const { roles } = options;
  const chosen = officialCheckpoints(ids?.split(',') ?? []).filter(
    ({ network }) => roles === undefined || roles.includes(networkNamed(network).role),
  );
  const choices: Choice[] = [];
  const missing: Checkpoint[] = [];
  for (const checkpoint of chosen) {
    const choice = await cache.sourceHere(checkpoint);
    if (choice) choices.push(choice);
    else missing.push(checkpoint);
  }
  if (missing.length > 0) {
    const inFolder = options.weightsDir === undefined ? '' : ` --weights-dir ${options.weightsDir}`;
    const titles = missing.map(({ title }) => title).join(', ');
    throw new UserError(`The weights of ${titles} are not in ${cache.folder}.`, {
      hint: `Download them: ${pullCommand(missing.map(({ id }) => id))}${inFolder}`,
    });
  }
  const paths: string[] = [];
  for (const choice of choices) paths.push(await cache.safetensors(choice, options));
  // A file that is not what its name says is found out by its configuration.
  const configs = Object.fromEntries(
    choices.map(({ checkpoint }) => [checkpoint.network, specsOfCheckpoint(checkpoint).config]),
  ) as Partial<ChainConfig>;
  return { paths, configs };
}

async function findFiles(source: string, options: OpenOptions): Promise<Found> {
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const { paths, configs } = isFolder ? await findInFolder(source) : { paths: source.split(','), configs: {} };
  const readable: string[] = [];
  for (const path of paths) readable.push(isTorch(path) ? await converted(path, options) : path);
  return { paths: readable, configs };
}

const isTorch = (name: string): boolean => /\.pth?$/.test(name);

async function findInFolder(folder: string): Promise<Found> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UserError(`The folder of weights ${folder} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
  // A file of torch whose conversion lies beside it is the same weights again.
  const files = names
    .filter((name) => name.endsWith('.safetensors') || isTorch(name))
    .filter((name) => !isTorch(name) || !names.includes(name.replace(/\.pth?$/, '.safetensors')))
    .sort();
  if (files.length === 0) {
    throw new UserError(`The folder of weights ${folder} has no .safetensors, .pth or .pt file.`, {
      hint: `Put the checkpoints of ${titlesOf(networks, 'and')} there, or leave --weights out to use the tiny ones.`,
    });
  }
  const configs = names.includes(CONFIG_FILE) ? await readConfigs(join(folder, CONFIG_FILE)) : {};
  return { paths: files.map((name) => join(folder, name)), configs };
}

/** Converts a file of torch into the cache, once for the same bytes. @returns path of the safetensors file */
async function converted(path: string, options: OpenOptions): Promise<string> {
  await (await FileBytes.open(path)).close(); // says what is wrong with a path better than what follows
  const sha256 = await checksum(path, options);
  const stem = basename(path).replace(/\.pth?$/, '');
  const to = join(weightsFolder(options.weightsDir), 'converted', `${stem}.${sha256.slice(0, 12)}.safetensors`);
  if ((await originOf(to)) !== sha256) await convertFile(path, to, { ...options, sha256 });
  return to;
}

async function readConfigs(path: string): Promise<Partial<ChainConfig>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Partial<ChainConfig>;
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${reasonOf(error)}.`, {
      hint: `It holds one JSON object with the configurations of the networks beside it: ${networks.map(({ id }) => id).join(', ')}.`,
      cause: error,
    });
  }
}
