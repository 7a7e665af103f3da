/**
 * Weights files: in the browser's storage, on the disk, and at addresses. The page loads this module when it is needed, because it
 * brings all networks along.
 */
import {
  askToPersist,
  BlobBytes,
  checkpoints,
  describeDownload,
  fileSet,
  fitOnDevice,
  keepWeights,
  SafetensorsFile,
  storageState,
  UrlBytes,
  UserError,
  WeightsError,
  WeightStore,
  type DownloadDescription,
  type License,
  type StoredWeights,
  type StoreOptions,
  type WeightSet,
} from '../web.ts';
import { isTorch } from '../../weights/fileName.ts';
import { FetchError } from '../host/web/request.ts';
import { tinyBesideBundle } from '../host/web/tiny.ts';
import { inFolder } from '../host/web/weights.ts';
import { networkNamed, networks } from '../pipeline/registry.ts';
import type { Role } from '../pipeline/roles.ts';
import type { Fit, Offer, Released, StoredNetwork } from './state/weights.ts';

export { askToPersist, storageState };

/** The released networks, and where their authors offer them. */
export const released: readonly Released[] = checkpoints.map(({ title, network, license, sources }) => {
  // The hub lets pages of other sites read its files.
  const { url, bytes } = sources.huggingface ?? sources.official;
  return { title, license, role: networkNamed(network).role, url, bytes };
});

/** Weights that are stored, without those that come along. @throws UserError if the browser keeps no files */
export async function listStored(): Promise<StoredNetwork[]> {
  const store = await WeightStore.open();
  const own = await tinyNames(store);
  const found: StoredNetwork[] = [];
  for (const one of await store.list()) {
    if (!own.has(one.name)) found.push(one.partial ? one : await recognized(store, one));
  }
  return found;
}

/** Names of the weights that can be opened. @throws UserError if the browser keeps no files */
export async function storedNames(): Promise<string[]> {
  const stored = await (await WeightStore.open()).list();
  return stored.filter(({ partial }) => !partial).map(({ name }) => name);
}

export async function deleteStored(name: string): Promise<void> {
  await (await WeightStore.open()).delete(name);
}

/**
 * Asks servers about files, before anything is downloaded.
 * @param address of a file, or of a folder with the files of `TINY_FILES`; it ends in a slash then
 * @throws UserError if there is nothing to be had; WeightsError if a file is seen to hold no network
 */
export async function lookAt(address: string): Promise<Offer[]> {
  const { href, pathname } = addressOf(address);
  if (!pathname.endsWith('/')) return [await offerOf(href)];
  const files = Object.entries(inFolder(href)).filter(([name]) => name.endsWith('.safetensors'));
  const offers = await Promise.all(files.map(([, url]) => offerOf(url).catch(unlessMissing)));
  const found = offers.filter((offer) => offer !== undefined);
  if (found.length > 0) return found;
  throw new UserError(`${href} has none of ${files.map(([name]) => name).join(', ')}.`, {
    hint: 'Give the address of each file, one a line.',
  });
}

/**
 * Stores a file from the disk or from an address. What holds no network is not kept.
 * @returns the name in the store
 * @throws UserError; WeightsError; the reason of the signal
 */
export async function keep(source: File | string, options: StoreOptions): Promise<string> {
  if (source instanceof File && !isTorch(source.name)) {
    networkIn(await SafetensorsFile.open(new BlobBytes(source, source.name)));
  }
  const name = await keepWeights(source, options).catch((error: unknown) => {
    throw typeof source === 'string' && !navigator.onLine && !options.signal?.aborted ? offline(error) : error;
  });
  const store = await WeightStore.open();
  try {
    networkIn((await store.read(name))!);
  } catch (error) {
    await store.delete(name);
    throw error;
  }
  return name;
}

const offline = (error: unknown): UserError =>
  new UserError('This device is offline.', {
    hint: 'What has arrived is kept: continue when it is online again.',
    cause: error,
  });

/** Of a network in a file. */
interface Found {
  readonly title: string;
  readonly role: Role;
  readonly license?: License;
  readonly set: WeightSet;
}

/** @throws WeightsError if the file holds no network, or not all of it */
function networkIn(file: SafetensorsFile): Found {
  const set = fileSet(file.name, [file]);
  const network = networks.find(({ id }) => id in set)!;
  const { config } = set[network.id]!;
  const variant = Object.entries(network.configs).find(([, one]) => one === config)?.[0];
  const checkpoint = checkpoints.find((one) => one.network === network.id && one.config === variant);
  return {
    ...{ title: checkpoint?.title ?? `${network.title} ${variant}`, role: network.role, set },
    ...(checkpoint && { license: checkpoint.license }),
  };
}

async function recognized(store: WeightStore, stored: StoredWeights): Promise<StoredNetwork> {
  try {
    const { set, ...network } = networkIn((await store.read(stored.name))!);
    return { ...stored, ...network, fit: await fitOf(`${stored.name} ${stored.bytes}`, set) };
  } catch (error) {
    if (error instanceof WeightsError || error instanceof UserError) return { ...stored, damage: error.message };
    throw error;
  }
}

async function offerOf(url: string): Promise<Offer> {
  const described = await describeDownload(url).catch((error: unknown) => {
    throw navigator.onLine
      ? error
      : new UserError('This device is offline.', { hint: 'Look again when it is online.' });
  });
  const { known, file, bytes, storageBytes, ranges } = described;
  const found = known ? undefined : await headerOf(described);
  const stored = await (await WeightStore.open()).find(url);
  return {
    ...{ url: described.url, file, bytes, storageBytes, canContinue: ranges },
    ...(known && { title: known.title, license: known.license, fit: await fitOf(known.id, [known.id]) }),
    ...(found && { title: found.title, license: found.license, fit: await fitOf(url, found.set) }),
    ...(stored && { stored: { name: stored.name, bytes: stored.bytes, isWhole: !stored.partial } }),
  };
}

/** The network in a safetensors file on a server, whose first bytes say it; undefined if they cannot be read. */
async function headerOf({ url, file, ranges }: DownloadDescription): Promise<Found | undefined> {
  if (!ranges || isTorch(file)) return undefined;
  try {
    return networkIn(await SafetensorsFile.open(await UrlBytes.open(url)));
  } catch (error) {
    // A server of another site need not let a page know where a range ends.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const fits = new Map<string, Promise<Fit | undefined>>();

/** @param key identifies the weights @returns undefined if there is no adapter, of which the page tells elsewhere */
function fitOf(key: string, weights: Parameters<typeof fitOnDevice>[0]): Promise<Fit | undefined> {
  const known = fits.get(key);
  if (known) return known;
  const fit = fitOnDevice(weights).then(
    ({ networks: [network] }) => ({ bytes: network.weightBytes, ...(network.reason && { reason: network.reason }) }),
    (error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    },
  );
  fits.set(key, fit);
  return fit;
}

async function tinyNames(store: WeightStore): Promise<Set<string>> {
  const found = await Promise.all(Object.values(tinyBesideBundle()).map((url) => store.find(url)));
  return new Set(found.flatMap((one) => one?.name ?? []));
}

/** @throws UserError for an address that the page cannot fetch */
function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url?.origin === location.origin || /^(localhost|127\.0\.0\.1)$/.test(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) return url;
  throw new UserError(`${text} cannot be fetched.`, {
    hint: 'Give a complete address that begins with https://. Plain http works for this computer only.',
  });
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof FetchError) || !error.missing) throw error;
}
