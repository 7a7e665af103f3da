/** Stores weights from a page, in a worker: converting a PyTorch file takes long, and the page stays free meanwhile. */
import { DeviceError } from '../../../graph/errors.ts';
import type { StoreOptions } from '../weightStore.ts';
import { Caller } from './caller.ts';
import { startWorker } from './start.ts';

export interface KeepOptions extends StoreOptions {
  /** As in the options of `createWorkerEngine`: the same program does it. The worker ends when the weights are stored. */
  readonly worker?: Worker | (() => Worker);
}

/**
 * Stores weights in the browser's private file system, as `WeightStore` does, but in a worker. A PyTorch file is converted there.
 * @param source the file, or its address, which may be relative
 * @returns their name in the store: `stored:NAME` as weights of an engine
 * @throws UserError if they cannot be fetched or stored, or the worker cannot start; WeightsError if the file holds no weights; the
 *   reason of the signal
 */
export async function keepWeights(
  source: File | string | URL,
  { worker, ...options }: KeepOptions = {},
): Promise<string> {
  const caller = new Caller(startWorker(worker));
  try {
    const crossing = source instanceof File ? source : new URL(source, location.href).href;
    return (await caller.call({ method: 'keepWeights' }, [crossing, options])) as string;
  } finally {
    caller.end(new DeviceError('The worker has ended.'));
  }
}
