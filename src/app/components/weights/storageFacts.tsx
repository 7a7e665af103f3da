/** How much this page stores, and whether it stays. */
import { bytes } from '../../words.ts';
import { useApp } from '../context.tsx';

export function StorageFacts() {
  const { weights } = useApp();
  const storage = weights.state.storage.value;
  if (!storage) return null;
  const { usage, free, persistent } = storage;
  return (
    <details class="fold">
      <summary>
        Storage{usage !== undefined && `: ${bytes(usage)} used`}
        {free !== undefined && `, ${bytes(free)} free`}
      </summary>
      <p class="quiet">
        {persistent
          ? 'The browser keeps the files until you delete them.'
          : 'The browser may delete the files by itself when the disk is nearly full.'}
      </p>
      {!persistent && (
        <button type="button" onClick={() => void weights.askToKeep()}>
          Ask the browser to keep them
        </button>
      )}
    </details>
  );
}
