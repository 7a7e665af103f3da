/** The networks that their authors have published: what they are, and where they are. */
import { useEffect, useState } from 'preact/hooks';
import { ROLE_NAMES, type Released } from '../../state/weights.ts';
import { bytes } from '../../words.ts';
import { useApp } from '../context.tsx';
import { LicenseNote } from './licenseNote.tsx';

export function ReleasedNetworks() {
  const { weights } = useApp();
  const [released, setReleased] = useState<readonly Released[]>([]);
  useEffect(() => void weights.released().then(setReleased), [weights]);
  return (
    <details class="fold">
      <summary>Where published networks are</summary>
      <p class="quiet">
        Their authors offer them at these addresses. Copy one into the field above, or download the file and add it
        here: some servers do not let this page read their files.
      </p>
      <ul class="networks">
        {released.map(({ title, role, license, url, bytes: size }) => (
          <li key={title}>
            <h3>
              {title} <span class="quiet">{ROLE_NAMES[role]}</span>
            </h3>
            <p class="quiet">
              <a href={url}>{url}</a>
              {size !== undefined && `, ${bytes(size)}`}
            </p>
            <LicenseNote license={license} />
          </li>
        ))}
      </ul>
    </details>
  );
}
