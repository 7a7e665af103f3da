/** The networks in the browser's storage. */
import { useId } from 'preact/hooks';
import { useApp } from '../context.tsx';
import { StoredItem } from './storedItem.tsx';

/** @param onEmptied called when a network was deleted, whose buttons had the focus */
export function StoredList({ onEmptied }: { onEmptied: () => void }) {
  const id = useId();
  const stored = useApp().weights.state.stored.value;
  if (!stored) return <p class="quiet">Looking into the browser’s storage</p>;
  if (stored.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>Stored in this browser</h3>
      <ul class="networks">
        {stored.map((one) => (
          <StoredItem key={one.name} stored={one} onDeleted={onEmptied} />
        ))}
      </ul>
    </section>
  );
}
