/** A network in the browser's storage, and what can be done with it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ROLE_NAMES, type StoredNetwork } from '../../state/weights.ts';
import { bytes } from '../../words.ts';
import { useApp } from '../context.tsx';
import { FitNote } from './fitNote.tsx';
import { LicenseNote } from './licenseNote.tsx';

interface Props {
  readonly stored: StoredNetwork;
  readonly onDeleted: () => void;
}

const sizeOf = ({ bytes: size, partial }: StoredNetwork): string => {
  if (!partial) return bytes(size);
  return partial.total === undefined ? `${bytes(size)} have arrived` : `${bytes(size)} of ${bytes(partial.total)}`;
};

export function StoredItem({ stored, onDeleted }: Props) {
  const { name, title, role, license, partial, damage, fit } = stored;
  return (
    <li>
      <h4>
        {title ?? name}
        {role && <span class="quiet"> {ROLE_NAMES[role]}</span>}
      </h4>
      <p class="quiet">
        {title && `${name}, `}
        {sizeOf(stored)}
        {partial && ', not complete'}
      </p>
      {license?.nonCommercial && <LicenseNote license={license} />}
      {damage !== undefined && <p class="limited">{damage}</p>}
      {fit && <FitNote fit={fit} />}
      <Actions stored={stored} onDeleted={onDeleted} />
    </li>
  );
}

function Actions({ stored, onDeleted }: Props) {
  const { weights, state } = useApp();
  const { choice, work } = weights.state;
  const { name, title = name, role, partial, fit } = stored;
  const [isAsking, setAsking] = useState(false);
  const keep = useRef<HTMLButtonElement>(null);
  const ask = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking) keep.current?.focus();
    else if (wasAsking.current) ask.current?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  const isChosen = role !== undefined && choice.value[role] === name;
  const isBusy = !!work.value;
  if (isAsking) {
    return (
      <div class="row" role="group" aria-label={`Delete ${name}`}>
        <p>
          Delete {name} ({bytes(stored.bytes)})?
        </p>
        <button
          type="button"
          onClick={() => {
            onDeleted();
            void weights.remove(stored);
          }}
        >
          Delete it
        </button>
        <button ref={keep} type="button" onClick={() => setAsking(false)}>
          Keep it
        </button>
      </div>
    );
  }
  return (
    <div class="row">
      {role && isChosen && <p class="chosen">In use</p>}
      {role && !isChosen && (
        <button
          type="button"
          class="primary"
          disabled={fit?.reason !== undefined || state.engine.value.kind === 'starting'}
          aria-label={`Use ${title}`}
          onClick={() => void weights.use({ ...choice.value, [role]: name })}
        >
          Use
        </button>
      )}
      {partial && (
        <button
          type="button"
          disabled={isBusy}
          aria-label={`Continue ${name}`}
          onClick={() => void weights.resume(stored)}
        >
          Continue
        </button>
      )}
      <button
        ref={ask}
        type="button"
        disabled={isBusy || (isChosen && state.engine.value.kind !== 'failed')}
        aria-label={`Delete ${title}`}
        onClick={() => setAsking(true)}
      >
        Delete
      </button>
    </div>
  );
}
