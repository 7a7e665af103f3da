/** The search for all masks: its progress, or what can be done with them. */
import { count } from '../words.ts';
import { useApp } from './context.tsx';
import { Progress } from './progress.tsx';

export function MaskSearch() {
  const { picking, state } = useApp();
  const known = state.allMasks.value;
  if (known.kind === 'none') return null;
  if (known.kind === 'running') {
    return (
      <div class="row search">
        <Progress what="Finding all masks" share={known.share} />
        <button type="button" onClick={() => picking.cancel()}>
          Stop
        </button>
      </div>
    );
  }
  if (known.masks.length === 0) {
    return <p class="quiet">No mask was found. Click the object with Add, or drag a box around it.</p>;
  }
  const { here, index } = state.picked.value ?? { here: [], index: 0 };
  const hasOthers = here.length > 1;
  return (
    <div class="row search">
      <p class="quiet">
        {known.masks.length === 1 ? '1 mask. ' : `${count(known.masks.length)} masks. `}
        {hasOthers ? `${index + 1} of ${here.length} here. ` : 'Click one. '}
        <span class="with-keys">
          The wheel, or <kbd>+</kbd> and <kbd>-</kbd>, step to larger and smaller ones.
          <kbd>Shift</kbd> click adds another object.
        </span>
      </p>
      {/* For fingers, which have neither wheel nor keys. */}
      <div class="group" role="group" aria-label="Masks at this place">
        <button type="button" disabled={index === 0} onClick={() => picking.step(-1)}>
          Smaller
        </button>
        <button type="button" disabled={index + 1 >= here.length} onClick={() => picking.step(1)}>
          Larger
        </button>
      </div>
    </div>
  );
}
