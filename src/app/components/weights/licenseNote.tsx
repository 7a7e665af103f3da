/** What a license means for the person. */
import type { License } from '../../../web.ts';

export function LicenseNote({ license: { name, note, url, nonCommercial } }: { license: License }) {
  return (
    <p class={nonCommercial ? 'limited' : 'quiet'}>
      {nonCommercial && <strong>Not for commercial use. </strong>}
      License:{' '}
      <a href={url} target="_blank" rel="noreferrer">
        {name}
      </a>
      . {note}
    </p>
  );
}
