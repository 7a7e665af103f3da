/** Ctrl-C: the first one asks the work to stop, the second one ends the process. */
import { EXIT } from '../host/errors.ts';

/** Work was stopped by Ctrl-C. */
export class Interrupted extends Error {
  override name = 'AbortError';
}

export interface Interruption {
  readonly signal: AbortSignal;
  /** Restores the default effect of Ctrl-C. */
  dispose(): void;
}

/**
 * Watches for SIGINT and SIGTERM.
 * @param say prints a line for the user
 * @param exit ends the process, which also deletes temporary files
 */
export function watchInterrupt(say: (line: string) => void, exit: (code: number) => void = process.exit): Interruption {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return exit(EXIT.interrupted);
    say('Stopping after the current step. Press Ctrl-C again to end at once.');
    controller.abort(new Interrupted('Stopped by Ctrl-C.'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
