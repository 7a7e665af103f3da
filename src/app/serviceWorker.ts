/**
 * The service worker: keeps the files of the page, so that it opens without a network.
 *
 * A build is one version, and one cache. A new version is downloaded while the old one serves its pages, and takes over when the last
 * of them is closed: a page never mixes files of two versions. Weights are never kept here: they are large, the engine has a
 * store of its own for them.
 */

/** The files of this build, relative to this script -> the hash of their content. `tools/app.mjs` fills it in. */
declare const FILES: Readonly<Record<string, `sha256-${string}`>>;
/** The hash of all of them. */
declare const VERSION: string;

// The types of pages and of workers exclude each other in one program. These are the few that are needed here.
interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends WorkerEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceWorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: WorkerEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}
const worker = self as unknown as ServiceWorkerScope;

/** The page's address: a folder. Other pages of the same host have other scopes, and caches of their own. */
const { scope } = worker.registration;
const family = `unflat ${scope} `;
const cacheName = family + VERSION;

const addresses = new Set(Object.keys(FILES).map((path) => new URL(path, scope).href));
const indexAddress = new URL('index.html', scope).href;

worker.addEventListener('install', (event) => event.waitUntil(download()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));
worker.addEventListener('fetch', (event) => {
  const response = answer(event.request);
  if (response !== undefined) event.respondWith(response);
});

/** Downloads this version. The hashes refuse files of another one, which a server may hand out while it is being updated. */
async function download(): Promise<void> {
  const cache = await caches.open(cacheName);
  const requests = Object.entries(FILES).map(
    ([path, integrity]) => new Request(new URL(path, scope), { integrity, cache: 'no-cache' }),
  );
  await cache.addAll(requests);
}

/** Deletes the other versions, which no page uses any more, and serves the page of a first visit from now on. */
async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(family) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @returns undefined for requests that are none of this worker's business: the browser handles them */
function answer(request: Request): Promise<Response> | undefined {
  if (request.method !== 'GET') return undefined;
  const { origin, pathname } = new URL(request.url);
  const address = origin + pathname;
  if (address === scope) return kept(indexAddress, request);
  if (addresses.has(address)) return kept(address, request);
  if (request.mode !== 'navigate') return undefined;
  // An address below the page's folder that is no file of it. Offline, it leads to the page.
  return fetch(request).catch(() => Response.redirect(scope));
}

/** A file of this version; from the network if the browser has dropped the cache. */
async function kept(address: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return (await cache.match(address)) ?? fetch(request);
}
