/** Starts the worker of an engine. */
import { messageOf, UserError } from '../../errors.ts';

/** The error for a worker that cannot start. */
export const notStarted = (reason: string, cause?: unknown): UserError =>
  new UserError(`The engine's worker could not start: ${reason.replace(/\.$/, '')}.`, {
    hint:
      'Copy node_modules/unflat/dist/worker.js next to the bundle, or start it yourself: ' +
      "createWorkerEngine({ worker: () => new Worker('/unflat/worker.js', { type: 'module' }) }).",
    cause,
  });

/**
 * @param source a worker, or a function that starts one; by default `worker.js` next to the bundle
 * @throws UserError if it cannot be started
 */
export function startWorker(source: Worker | (() => Worker) = workerBesideBundle): Worker {
  if (typeof source !== 'function') return source;
  try {
    return source();
  } catch (error) {
    throw notStarted(messageOf(error), error);
  }
}

/** Bundlers recognize this form. The address is relative to the published bundle, dist/web.js. */
const workerBesideBundle = (): Worker => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
