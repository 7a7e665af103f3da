/** Registers the service worker (serviceWorker.ts), with which the page opens without a network from the second visit on. */

/**
 * Pages over plain http and some private windows have no service workers: there nothing happens. A failure (blocked storage, an
 * offline server) is a warning in the console, since the page itself works without.
 */
export function keepOffline(): void {
  if (!('serviceWorker' in navigator)) return;
  // After loading, so that the worker's downloads do not compete with the page's own.
  const register = (): void => {
    navigator.serviceWorker
      .register(new URL('sw.js', document.baseURI), { updateViaCache: 'none' })
      .catch((error: unknown) => {
        console.warn('This page will not open offline: its service worker could not be registered.', error);
      });
  };
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}
