/** Ctrl-C and SIGTERM: the first one asks the work to stop, the second one ends the process. */
import { EXIT } from '../host/errors.ts';

/** Work was stopped by a signal. */
export class Interrupted extends Error {
  override name = 'AbortError';

  constructor(
    message: string,
    readonly exitCode: number = EXIT.interrupted,
  ) {
    super(message);
  }
}

export interface Interruption {
  readonly signal: AbortSignal;
  /** Restores the default effect of the signals. */
  dispose(): void;
}

/** The signals: what is said of them, and the exit code. A scheduler sends SIGTERM, and nobody is there to press a key. */
const SIGNALS = {
  SIGINT: {
    exitCode: EXIT.interrupted,
    by: 'Ctrl-C',
    notice: 'Stopping after the current step. Press Ctrl-C again to end at once.',
  },
  SIGTERM: {
    exitCode: EXIT.terminated,
    by: 'SIGTERM',
    notice: 'Stopping after the current step, because of SIGTERM. A second one ends at once.',
  },
} as const;

/**
 * Watches for SIGINT and SIGTERM.
 * @param say prints a line for the user
 * @param exit ends the process, which also deletes temporary files
 */
export function watchInterrupt(say: (line: string) => void, exit: (code: number) => void = process.exit): Interruption {
  const controller = new AbortController();
  const stop = ({ exitCode, by, notice }: (typeof SIGNALS)[keyof typeof SIGNALS]): void => {
    if (controller.signal.aborted) return exit(exitCode);
    say(notice);
    controller.abort(new Interrupted(`Stopped by ${by}.`, exitCode));
  };
  const onInterrupt = (): void => stop(SIGNALS.SIGINT);
  const onTerminate = (): void => stop(SIGNALS.SIGTERM);
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}

/** The signal that stopped the work, in words and as an exit code. */
export function stoppedBy({ reason }: AbortSignal): { by: string; exitCode: number } {
  const exitCode = reason instanceof Interrupted ? reason.exitCode : EXIT.interrupted;
  return { by: exitCode === EXIT.terminated ? SIGNALS.SIGTERM.by : SIGNALS.SIGINT.by, exitCode };
}
