/** Leaves the GPU to the page's own drawing while someone interacts: submissions are short then. */
import type { Connection } from './connection.ts';

/** Milliseconds of a submission: while someone interacts, and otherwise. */
const SHORT = 25;
const LONG = 100;
/** Milliseconds without input after which nobody interacts any more. */
const REST = 1000;

const INPUTS = ['pointerdown', 'pointermove', 'wheel', 'keydown', 'touchmove'] as const;

/** @returns what ends the listening */
export function paceByInput(target: Window, connection: Pick<Connection, 'pace'>): () => void {
  let timer: number | undefined;
  const rest = (): void => {
    timer = undefined;
    connection.pace(LONG);
  };
  const onInput = (): void => {
    if (timer === undefined) connection.pace(SHORT);
    target.clearTimeout(timer);
    timer = target.setTimeout(rest, REST);
  };
  for (const name of INPUTS) target.addEventListener(name, onInput, { passive: true, capture: true });
  return () => {
    target.clearTimeout(timer);
    for (const name of INPUTS) target.removeEventListener(name, onInput, { capture: true });
  };
}
