/**
 * Makes the objects of a list one after the other. While the engine works on one, the files of the next are read, and those of the
 * last are encoded and written.
 */
import { messageOf, UserError } from '../../../host/errors.ts';
import { OutputError } from '../../../host/node/files.ts';
import type { Item } from './item.ts';
import { type Made, NoDevice, type ObjectMaker } from './objectMaker.ts';
import { productOf } from './product.ts';
import type { ResultLine } from './results.ts';
import type { Store } from './store.ts';

/** An object that is still to be made. */
export interface OpenItem extends Item {
  readonly key: string;
}

export interface Run {
  readonly maker: ObjectMaker;
  readonly store: Store;
  /** Gets the lines of objects that are safe, or failed. */
  readonly report: (lines: readonly ResultLine[]) => Promise<void>;
  readonly signal: AbortSignal;
  /** Names of the files to write; by default all. */
  readonly only?: readonly string[];
  /** Text of the page view.html. */
  readonly template: string;
}

/**
 * Stops early when `signal` is aborted: what is whole is written then.
 * @throws OutputError if the disk is full: so it would be with all that follow; NoDevice if devices are lost again and again
 */
export async function runItems(items: readonly OpenItem[], run: Run): Promise<void> {
  const { maker, store, report, signal } = run;
  if (items.length === 0) return;
  // Without an engine nothing can be made, so this is no failure of the first object.
  await maker.start();
  let writing = Promise.resolve();
  try {
    let next: ReturnType<ObjectMaker['read']> | undefined = begun(maker.read(items[0]));
    for (let i = 0; next !== undefined && !signal.aborted; i++) {
      const reading = next;
      next = i + 1 < items.length ? begun(maker.read(items[i + 1])) : undefined;
      const outcome = await outcomeOf(reading.then((task) => maker.make(task, items[i])));
      // Stopped, the engine gives what it had found: no whole object.
      if (signal.aborted) break;
      await writing;
      writing = begun(keep(items[i], outcome, run));
    }
    await writing;
  } catch (error) {
    // What is whole is kept. If even that fails, the first error says why.
    await store.finish().then(report, () => undefined);
    throw error;
  }
  await report(await store.finish());
}

/** Marks a promise as awaited later, so that its failure until then is no unhandled one. */
function begun<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** What was made, or why not. @throws errors that all further objects would meet, too */
async function outcomeOf(making: Promise<Made>): Promise<Made | Error> {
  try {
    return await making;
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    if (failure.name === 'WeightsError' || failure instanceof NoDevice) throw failure;
    return failure;
  }
}

/** Reasons why nothing more can be written, whatever it is called. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

const stopsAll = (error: unknown): boolean =>
  error instanceof OutputError && NO_ROOM.includes((error.cause as NodeJS.ErrnoException).code ?? '');

/** Encodes and writes an object, and reports it. */
async function keep(item: OpenItem, outcome: Made | Error, { store, report, only, template }: Run): Promise<void> {
  const base = { name: item.name, photo: item.photo, key: item.key };
  const fail = (error: unknown): Promise<void> => {
    const hint = error instanceof UserError ? error.hint : undefined;
    return report([
      { ...base, status: 'failed', error: { message: messageOf(error), ...(hint !== undefined && { hint }) } },
    ]);
  };
  if (outcome instanceof Error) return fail(outcome);
  try {
    const { files, facts } = await productOf(outcome, item, template, only);
    const seconds = Number(outcome.seconds.toFixed(3));
    await report(await store.add({ ...base, status: 'done', seconds, ...facts }, files));
  } catch (error) {
    if (stopsAll(error)) throw error;
    await fail(error);
  }
}
