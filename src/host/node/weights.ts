/** Opens the weights that a user names: generated ones, released checkpoints, a folder, or files. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type Checkpoint,
  checkpoints,
  findCheckpoint,
  isSafetensors,
  isTorch,
  SafetensorsFile,
  stemOf,
  titlesOf,
  WEIGHT_ENDINGS,
} from '../../../weights/index.ts';
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
import { EXIT, messageOf, UserError } from '../errors.ts';
import { parseConfigs } from '../networkConfigs.ts';
import { BUNDLED, bundledFolder } from './bundled.ts';
import { FileBytes } from './bytes.ts';
import { inCache, weightsFolder } from './cache.ts';
import { CheckpointCache, type Choice, pullCommand } from './checkpointCache.ts';
import { convertFile, originOf, type WorkOptions } from './convert.ts';
import { checksum } from './download.ts';
import { reasonOf } from './fileErrors.ts';
import { isShardIndex, listed, shardsOf } from './shardIndex.ts';

/** Optional file of a weights folder: a configuration by network id, for networks that are not released ones. */
const CONFIG_FILE = 'config.json';

export interface OpenWeights {
  set: WeightSet;
  /** Closes the files. The set cannot be read afterwards. */
  close(): Promise<void>;
}

export interface OpenOptions extends WorkOptions {
  /** Folder of released checkpoints and converted files; by default in the platform's cache folder. */
  readonly weightsDir?: string;
  /** Roles that the engine will play; by default all. With `official`, only their checkpoints are needed. */
  readonly roles?: readonly Role[];
}

/** Files to read, and the configurations of their networks if known. */
interface Found {
  readonly paths: readonly string[];
  readonly configs: Partial<ChainConfig>;
}

/**
 * Opens weights.
 * @param source `tiny` for the weights of the package; `synthetic:SEED`; `official`; `official:ID,...` to replace some of the
 *   default checkpoints; a folder, from which all weights are read; or files separated by commas. PyTorch files are
 *   converted into the cache; of an index of shards (.index.json), all shards are read.
 * @param preset configurations of generated weights. The configurations of files follow from their shapes
 * @throws UserError if there are no weights; WeightsError if a file is damaged or fits no network
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
 * The checkpoints of `official`: one for each network, from `ids` or else the default one.
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
      throw new UserError(`${other.id} and ${id} are checkpoints of the same network.`, {
        hint: 'Name at most one checkpoint for each network.',
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

/** The error for an id that is not in the manifest. */
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
    const choice = await cache.downloadedSource(checkpoint);
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
  // A file that holds another checkpoint than its name says does not fit this configuration.
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
  const { paths, configs } = isFolder
    ? await findInFolder(source)
    : { paths: (await Promise.all(source.split(',').map(shardsOf))).flat(), configs: {} };
  const readable: string[] = [];
  for (const path of new Set(paths)) {
    await expectFile(path);
    readable.push(isTorch(path) ? await converted(path, options) : path);
  }
  return { paths: readable, configs };
}

/** @throws UserError if there is no such file, with the other sources that a user may have meant */
async function expectFile(path: string): Promise<void> {
  try {
    await (await FileBytes.open(path)).close();
  } catch (error) {
    throw new UserError(`The weights ${messageOf(error)}`, {
      hint: 'Give tiny, official, official:ID,..., synthetic:SEED, a folder, or files separated by commas.',
      cause: error,
    });
  }
}

async function findInFolder(folder: string): Promise<Found> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UserError(`The weights folder ${folder} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
  const safetensors = new Set(names.filter(isSafetensors).map(stemOf));
  // A PyTorch file with a .safetensors file of the same name holds the same weights again.
  const files = names.filter((name) => isSafetensors(name) || (isTorch(name) && !safetensors.has(stemOf(name)))).sort();
  if (files.length === 0) {
    const found = names.length === 0 ? 'It is empty' : `It holds ${listed(names.sort())}`;
    throw new UserError(`The weights folder ${folder} has no file that ends in ${WEIGHT_ENDINGS}. ${found}.`, {
      hint: `Put the checkpoints of ${titlesOf(networks, 'and')} there, or leave out --weights to use the tiny ones.`,
    });
  }
  for (const name of names.filter(isShardIndex)) await shardsOf(join(folder, name));
  const configs = names.includes(CONFIG_FILE) ? await readConfigs(join(folder, CONFIG_FILE)) : {};
  return { paths: files.map((name) => join(folder, name)), configs };
}

/** Converts a PyTorch file into the cache, unless the same bytes were converted before. @returns path of the safetensors file */
async function converted(path: string, options: OpenOptions): Promise<string> {
  await expectFile(path);
  const sha256 = await checksum(path, options);
  const folder = weightsFolder(options.weightsDir);
  const to = join(folder, 'converted', `${basename(stemOf(path))}.${sha256.slice(0, 12)}.safetensors`);
  if ((await originOf(to)) !== sha256) await inCache(folder, () => convertFile(path, to, { ...options, sha256 }));
  return to;
}

async function readConfigs(path: string): Promise<Partial<ChainConfig>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`${path} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
  return parseConfigs(text, path);
}
