/** Files from addresses: what they are is said first, then they are downloaded. */
import { useId, useState } from 'preact/hooks';
import type { Offer } from '../../state/weights.ts';
import { bytes } from '../../words.ts';
import { useApp } from '../context.tsx';
import { FitNote } from './fitNote.tsx';
import { LicenseNote } from './licenseNote.tsx';

export function FetchFiles() {
  const { weights } = useApp();
  const { isLooking, work } = weights.state;
  const [text, setText] = useState('');
  const id = useId();
  return (
    <section class="fetch">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void weights.look(text);
        }}
      >
        <label for={id}>Fetch from an address</label>
        <textarea
          id={id}
          rows={2}
          spellcheck={false}
          autocapitalize="off"
          aria-describedby={`${id}-help`}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <p id={`${id}-help`} class="quiet">
          One file a line, or a folder, which ends in a slash. Nothing is downloaded before you have seen what it is.
        </p>
        <button type="submit" disabled={isLooking.value || !!work.value || text.trim() === ''}>
          {isLooking.value ? 'Looking it up' : 'Look it up'}
        </button>
      </form>
      <Offers />
    </section>
  );
}

function Offers() {
  const { weights } = useApp();
  const { offers, storage, work } = weights.state;
  if (offers.value.length === 0) return null;
  const needed = offers.value.reduce((sum, offer) => sum + neededBy(offer), 0);
  const free = storage.value?.free;
  const isTooMuch = free !== undefined && needed > free;
  return (
    <>
      <ul class="networks" aria-label="Found there">
        {offers.value.map((offer) => (
          <OfferItem key={offer.url} offer={offer} />
        ))}
      </ul>
      {free !== undefined && (
        <p class={isTooMuch ? 'limited' : 'quiet'}>
          {needed > 0 && `Needs ${bytes(needed)} of storage. `}
          This browser has room for {bytes(free)}.
          {isTooMuch && ' Delete some of the stored networks, or free some disk space.'}
        </p>
      )}
      <button
        type="button"
        class="primary"
        disabled={!!work.value || isTooMuch}
        onClick={() => void weights.download(offers.value)}
      >
        Download
      </button>
    </>
  );
}

const neededBy = ({ storageBytes = 0, stored }: Offer): number => Math.max(0, storageBytes - (stored?.bytes ?? 0));

function OfferItem({ offer: { file, bytes: size, canContinue, title, license, fit, stored } }: { offer: Offer }) {
  return (
    <li>
      <h3>{title ?? file}</h3>
      <p class="quiet">
        {title && `${file}, `}
        {size === undefined ? 'the server does not say how large it is' : bytes(size)}
        {stored && !stored.isWhole && `, of which ${bytes(stored.bytes)} have arrived`}
        {stored?.isWhole && ', stored already'}
      </p>
      {license ? (
        <LicenseNote license={license} />
      ) : (
        <p class="quiet">License not known: ask whoever gave you the address.</p>
      )}
      {fit && <FitNote fit={fit} />}
      {!canContinue && <p class="quiet">This server cannot continue a download that breaks off.</p>}
    </li>
  );
}
