/** Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y) undo and redo prompts, on the whole page. Text fields keep theirs. */
import type { Pointing } from '../actions/pointing.ts';

const TEXT_FIELD = 'textarea, select, input:not([type=range], [type=checkbox])';

/** @returns what ends the listening */
export function listenForUndo(target: Document, pointing: Pointing): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || target.activeElement?.matches(TEXT_FIELD)) return;
    const key = event.key.toLowerCase();
    if (key === 'y' || (key === 'z' && event.shiftKey)) pointing.redo();
    else if (key === 'z') pointing.undo();
    else return;
    event.preventDefault();
  };
  target.addEventListener('keydown', onKey);
  return () => target.removeEventListener('keydown', onKey);
}
