/** The objects of the photo: which one is pointed at, another one, and one less. Of a single object there is only the button. */
import { useApp } from './context.tsx';
import { colorOf } from './objectColors.ts';

export function ObjectList() {
  const { objects, state } = useApp();
  const { current, others, run } = state;
  const hasOthers = others.value.length > 0;
  if (!hasOthers && !state.mask.value) return null;
  const numbers = [...others.value.map(({ number }) => number), current.value].sort((a, b) => a - b);
  return (
    <div class="row objects">
      {hasOthers && (
        <div class="group" role="group" aria-label="Objects">
          {numbers.map((number) => (
            <button
              key={number}
              type="button"
              aria-pressed={number === current.value}
              disabled={!!run.value}
              onClick={() => objects.select(number)}
            >
              <span class="swatch" style={{ '--tint': `rgb(${colorOf(number).join(' ')})` }} />
              Object {number}
            </button>
          ))}
        </div>
      )}
      <div class="group" role="group" aria-label="List of objects">
        <button type="button" disabled={!objects.canAdd} onClick={() => objects.add()}>
          Add object
        </button>
        {hasOthers && (
          <button type="button" disabled={!!run.value} onClick={() => objects.remove(current.value)}>
            Delete object
          </button>
        )}
      </div>
    </div>
  );
}
