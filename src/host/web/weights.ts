/** Opens the weights that a page names: the tiny ones, a folder or files at addresses, dropped files, or a `WeightSet`. */
import { SafetensorsFile } from '../../../weights/index.ts';
import { type ChainConfig, fileSet, networks, presets, syntheticSet, type WeightSet } from '../../pipeline/registry.ts';
import { OptionError } from '../../pipeline/optionError.ts';
import { messageOf, UserError } from '../errors.ts';
import { parseConfigs } from '../networkConfigs.ts';
import { show } from '../options.ts';
import { BlobBytes } from './bytes.ts';
import { isTorch } from '../../../weights/index.ts';
import { storedName } from './fileName.ts';
import { FetchError } from './request.ts';
import { TINY_FILES, tinyBesideBundle, type TinyFiles, tinyMissing } from './tiny.ts';
import { WeightStore, type StoreOptions } from './weightStore.ts';

/** One weights file: its address, or the file itself from an `<input type="file">` or a drop. */
export type WebWeightFile = string | URL | Blob;

/**
 * - `tiny`, the default: the small networks of the package, trained on computer-made objects
 * - the address of a folder, which ends in a slash
 * - one file or several: `.safetensors`, `.pth` or `.pt`
 * - `stored:NAME`: a file in the `WeightStore`
 * - a list of files, in which `tiny` stands for the networks of roles that no file of it plays
 * - `synthetic:SEED`: generated weights
 * - a `WeightSet`
 *
 * A folder holds `sam.safetensors`, `zoe.safetensors` and `mcc.safetensors`, or some of them. For a network that is not a released
 * one it also holds a `config.json`: `{ "sam": {...}, "zoe": {...}, "mcc": {...} }`.
 */
export type WebWeights = 'tiny' | WebWeightFile | readonly WebWeightFile[] | WeightSet;

export interface WebWeightOptions extends StoreOptions {
  /** Address of the folder of the tiny weights; by default `tiny/` next to the bundle. */
  readonly tinyUrl?: string | URL;
  /** Receives a sentence for the user; by default it is written to the console. */
  readonly onNotice?: (notice: string) => void;
}

const CONFIG_FILE = 'config.json';
/** Begins the name of a file in the store. */
const STORED = 'stored:';

/**
 * Opens weights. A file at an address is fetched once, and stored in the browser's private file system.
 * @throws OptionError if `source` is not a `WebWeights`; UserError if a file cannot be fetched or stored; WeightsError if a file
 *   is damaged or fits no network
 */
export async function openWebWeights(source: WebWeights = 'tiny', options: WebWeightOptions = {}): Promise<WeightSet> {
  if (isSet(source)) return source;
  const seed = typeof source === 'string' ? /^synthetic:(\d+)$/.exec(source)?.[1] : undefined;
  if (seed !== undefined) return syntheticSet(Number(seed), presets.small);
  if (source === 'tiny') return openTiny(options);
  if (isFolder(source)) return openFolder(source, options);
  const list = Array.isArray(source) ? (source as readonly unknown[]) : [source];
  const files = list.filter((one) => one !== 'tiny');
  if (list.length === 0 || !files.every(isWeightFile)) throw notWeights(source);
  if (files.length === 0) return openTiny(options);
  const set = await openFiles(files, options);
  return files.length < list.length ? withTiny(set, await openTiny(options)) : set;
}

/** Adds a tiny network for each role that no network of the set plays. */
function withTiny(set: WeightSet, tiny: WeightSet): WeightSet {
  const played = new Set(networks.filter(({ id }) => id in set).map(({ role }) => role));
  const added = networks.filter(({ id, role }) => id in tiny && !played.has(role));
  return {
    ...set,
    ...Object.fromEntries(added.map(({ id }) => [id, tiny[id]])),
    describe: [set.describe, ...added.map(({ title }) => `tiny ${title}`)].join(', '),
  };
}

async function openTiny(options: WebWeightOptions): Promise<WeightSet> {
  const { tinyUrl } = options;
  const addresses = tinyUrl === undefined ? tinyBesideBundle() : inFolder(withSlash(tinyUrl));
  const store = await openStore(options);
  try {
    const config = await store.fetchBlob(addresses[CONFIG_FILE], options);
    return await openNetworks('tiny', store, addresses, config, options);
  } catch (error) {
    throw error instanceof FetchError && error.missing ? tinyMissing(addresses[CONFIG_FILE], error) : error;
  }
}

async function openFolder(folder: string | URL, options: WebWeightOptions): Promise<WeightSet> {
  const { href } = new URL(folder, location.href);
  const addresses = inFolder(href);
  const store = await openStore(options);
  const config = await orMissing(store.fetchBlob(addresses[CONFIG_FILE], options));
  return openNetworks(href, store, addresses, config, options);
}

/** Opens the networks in config.json; without config.json, those whose files exist. */
async function openNetworks(
  describe: string,
  store: WeightStore,
  { [CONFIG_FILE]: configAddress, ...weights }: TinyFiles,
  config: Blob | undefined,
  options: WebWeightOptions,
): Promise<WeightSet> {
  const configs = config && parseConfigs(await config.text(), configAddress);
  const files: SafetensorsFile[] = [];
  for (const [name, url] of Object.entries(weights)) {
    if (configs && !(name.replace('.safetensors', '') in configs)) continue;
    const file = store.fetch(url, options);
    const found = configs ? await file : await orMissing(file);
    if (found) files.push(found);
  }
  if (files.length > 0) return fileSet(describe, files, configs);
  const wanted = Object.keys(weights).join(', ');
  throw new UserError(configs ? `${configAddress} names no network.` : `${describe} has none of ${wanted}.`, {
    hint: 'For files with other names, pass a list of their addresses.',
  });
}

async function openFiles(sources: readonly WebWeightFile[], options: WebWeightOptions): Promise<WeightSet> {
  const kept = sources.some((source) => !(source instanceof Blob) || isTorch(nameOf(source)));
  const store = kept ? await openStore(options) : undefined;
  const files: SafetensorsFile[] = [];
  let configs: Partial<ChainConfig> = {};
  const dropped = new Set<string>();
  for (const source of sources) {
    const name = nameOf(source);
    if (name === CONFIG_FILE) {
      const blob = source instanceof Blob ? source : await store!.fetchBlob(String(source), options);
      configs = parseConfigs(await blob.text(), name);
    } else if (isStored(source)) {
      files.push(await openStored(store!, source.slice(STORED.length)));
    } else if (!(source instanceof Blob)) {
      files.push(await store!.fetch(String(source), options));
    } else {
      // A dropped PyTorch file is converted into the store. Other files are read directly.
      const file = isTorch(name) ? store!.add(new File([source], distinct(name, dropped)), options) : undefined;
      files.push(await (file ?? SafetensorsFile.open(new BlobBytes(source, name))));
    }
  }
  return fileSet(files.map(({ name }) => name).join(', '), files, configs);
}

/** @throws UserError if the store has no such weights, or not all of them */
async function openStored(store: WeightStore, name: string): Promise<SafetensorsFile> {
  const file = await store.read(name);
  if (file) return file;
  throw new UserError(`There are no stored weights ${name}.`, {
    hint: 'They were deleted, or their download is not complete. Fetch them again, or use others.',
  });
}

/** Opens the store in the browser's private file system, or one in memory if there is none. */
async function openStore({ onNotice = console.warn }: WebWeightOptions): Promise<WeightStore> {
  return WeightStore.open().catch((error: unknown) => {
    onNotice(`${messageOf(error)} Weights stay in memory and are fetched again on the next visit.`);
    return WeightStore.inMemory();
  });
}

/** Gives undefined for a file that the server does not have. */
const orMissing = <T>(fetched: Promise<T>): Promise<T | undefined> =>
  fetched.catch((error: unknown) => {
    if (error instanceof FetchError && error.missing) return undefined;
    throw error;
  });

const withSlash = (url: string | URL): string => new URL(`${String(url).replace(/\/$/, '')}/`, location.href).href;

/** The addresses of the files of a folder. */
export const inFolder = (folder: string): TinyFiles =>
  Object.fromEntries(TINY_FILES.map((name) => [name, new URL(name, folder).href])) as TinyFiles;

/** Whether this is a `WeightSet`. */
export const isSet = (source: unknown): source is WeightSet =>
  typeof source === 'object' && source !== null && 'describe' in source && typeof source.describe === 'string';

const isFolder = (source: unknown): source is string | URL =>
  (typeof source === 'string' || source instanceof URL) && String(source).endsWith('/');

/** Whether this names a file in the store. */
export const isStored = (source: unknown): source is string => typeof source === 'string' && source.startsWith(STORED);

/** Whether this is a file or an address. An address has a dot or a slash; a word such as `official` is not an address. */
export const isWeightFile = (source: unknown): source is WebWeightFile =>
  source instanceof Blob || source instanceof URL || (typeof source === 'string' && /[./]/.test(source));

const nameOf = (source: WebWeightFile): string =>
  source instanceof Blob
    ? 'name' in source
      ? String(source.name)
      : 'weights.safetensors'
    : new URL(source, location.href).pathname.split('/').pop()!;

/** A name that is not taken yet: files of several folders may have the same name. */
function distinct(name: string, taken: Set<string>): string {
  const [, stem, ending] = /^(.*?)(\.[^.]*)$/.exec(name)!;
  let free = name;
  for (let i = 2; taken.has(storedName(free)); i++) free = `${stem} (${i})${ending}`;
  taken.add(storedName(free));
  return free;
}

const notWeights = (source: unknown): OptionError =>
  new OptionError(
    `createEngine: weights is ${show(source)}. Give 'tiny', the address of a folder (it ends in a slash), addresses of files, ` +
      'dropped files, stored:NAME, or a WeightSet. Released checkpoints are given as files.',
  );
