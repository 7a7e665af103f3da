/** Settings of a reconstruction, behind a fold. */
import { useId } from 'preact/hooks';
import { GRANULARITIES, type Options } from '../state/options.ts';
import type { ShownPhoto } from '../state/state.ts';
import { useApp } from './context.tsx';

/** Degrees. */
const FOV_RANGE = [10, 120] as const;

export function OptionsFold({ photo }: { photo: ShownPhoto }) {
  const { state, estimates } = useApp();
  const { options, run } = state;
  const set = (change: Partial<Options>): void => void (options.value = { ...options.value, ...change });
  const id = useId();
  const fov = options.value.fov ?? photo.fov;
  return (
    <details class="fold">
      <summary>Settings</summary>
      <fieldset disabled={!!run.value}>
        <label for={`${id}-grid`}>Grid</label>
        <select
          id={`${id}-grid`}
          value={options.value.granularity}
          onChange={(event) => set({ granularity: Number(event.currentTarget.value) })}
        >
          {GRANULARITIES.map(({ step, name }) => (
            <option key={step} value={step}>
              {name} ({step}), {estimates.wordsFor(step)}
            </option>
          ))}
        </select>
        <label for={`${id}-fov`}>Field of view</label>
        <div>
          <input
            id={`${id}-fov`}
            type="number"
            inputMode="numeric"
            min={FOV_RANGE[0]}
            max={FOV_RANGE[1]}
            step="any"
            value={Math.round(fov * 10) / 10}
            onChange={({ currentTarget: { valueAsNumber, validity } }) => {
              if (validity.valid && valueAsNumber > 0) set({ fov: valueAsNumber });
            }}
          />{' '}
          degrees
          <p class="quiet">
            {options.value.fov !== undefined && (
              <button type="button" class="link" onClick={() => set({ fov: undefined })}>
                Use {photo.fov.toFixed(0)}
              </button>
            )}
            {options.value.fov === undefined &&
              (photo.isFovKnown ? 'The photo says so.' : 'A usual one: the photo does not say.')}
          </p>
        </div>
        <label for={`${id}-faces`}>Triangles</label>
        <input
          id={`${id}-faces`}
          type="number"
          inputMode="numeric"
          min={100}
          max={500_000}
          step={100}
          value={options.value.faces}
          onChange={({ currentTarget: { valueAsNumber, validity } }) => {
            if (validity.valid && valueAsNumber > 0) set({ faces: valueAsNumber });
          }}
        />
        <label for={`${id}-fuse`}>Follow the photo’s depth</label>
        <input
          id={`${id}-fuse`}
          type="checkbox"
          checked={options.value.fuseDepth}
          onChange={(event) => set({ fuseDepth: event.currentTarget.checked })}
        />
      </fieldset>
    </details>
  );
}
