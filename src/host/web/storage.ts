/** The storage that a browser gives to this site. */
import { UserError } from '../errors.ts';

/** Storage of this site. Numbers are the browser's estimates. */
export interface StorageState {
  /** Bytes that the site may use in all; absent if the browser does not tell. */
  readonly quota?: number;
  /** Bytes that it uses, with everything else that it stores; absent if the browser does not tell. */
  readonly usage?: number;
  /** Bytes that can still be stored; absent if the browser does not tell. */
  readonly free?: number;
  /** Whether the browser keeps the files until the user deletes them. Otherwise it may delete them when the disk is full. */
  readonly persistent: boolean;
}

/** How much this site stores, and may store. @throws UserError if the browser stores nothing for this page */
export async function storageState(): Promise<StorageState> {
  const storage = storageManager();
  const [{ quota, usage }, persistent] = await Promise.all([storage.estimate(), storage.persisted()]);
  return {
    ...(quota !== undefined && { quota }),
    ...(usage !== undefined && { usage }),
    ...(quota !== undefined && usage !== undefined && { free: Math.max(0, quota - usage) }),
    persistent,
  };
}

/**
 * Asks the browser to keep the files of this site until the user deletes them. Some browsers decide by themselves, some ask the
 * user.
 * @returns whether it does
 * @throws UserError in a worker, where a page must ask; if the browser stores nothing for this page
 */
export async function askToPersist(): Promise<boolean> {
  const storage = storageManager();
  if (await storage.persisted()) return true;
  // Workers lack the method, whatever the type says.
  if ('persist' in storage) return storage.persist();
  throw new UserError('A worker cannot ask the browser to keep files.', { hint: 'Call askToPersist in the page.' });
}

function storageManager(): StorageManager {
  // Pages without https lack the property, whatever the type says.
  const storage = navigator.storage as StorageManager | undefined;
  if (storage) return storage;
  throw new UserError('This browser stores nothing for this page.', {
    hint: 'Open the page over https or on localhost.',
  });
}
