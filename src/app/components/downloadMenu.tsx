/** Files of the object, to keep and to share. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { downloads, fileFor, type DownloadName } from '../files/downloads.ts';
import { problemOf } from '../state/problem.ts';
import type { Result, ShownPhoto } from '../state/state.ts';
import { useApp } from './context.tsx';

/** Gives a file to the browser, which asks where it goes or keeps it. */
function save(file: File): void {
  const url = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: url, download: file.name });
  link.click();
  // Not at once: some browsers read the file later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const canShare = (): boolean => {
  const probe = new File(['glTF'], 'object.glb', { type: 'model/gltf-binary' });
  return 'canShare' in navigator && navigator.canShare({ files: [probe] });
};

export function DownloadMenu({ photo, result }: { photo: ShownPhoto; result: Result }) {
  const { problem, said } = useApp().state;
  const [isOpen, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const offered = downloads(result);
  // Before the next key can be pressed.
  useLayoutEffect(() => {
    if (isOpen) menu.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [isOpen]);

  const make = async (name: DownloadName, use: (file: File) => unknown): Promise<void> => {
    setBusy(true);
    try {
      const file = await fileFor(name, photo, result);
      await use(file);
      said.value = `${file.name} is made.`;
    } catch (error) {
      // Whoever closes the dialog of the system has changed their mind.
      if ((error as Error).name !== 'AbortError') problem.value = problemOf('The file could not be made', error);
    } finally {
      setBusy(false);
    }
  };
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...menu.current!.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const moves: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    };
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    else if (event.key in moves) items[moves[event.key]].focus();
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  };
  const onFocusOut = ({ relatedTarget }: FocusEvent): void => {
    if (!menu.current?.contains(relatedTarget as Node) && relatedTarget !== button.current) setOpen(false);
  };
  return (
    <div class="menu-place">
      <button
        ref={button}
        type="button"
        class="primary"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-disabled={busy}
        disabled={offered.length === 0}
        onClick={() => setOpen(!isOpen && !busy)}
      >
        Download
      </button>
      {isOpen && (
        <div ref={menu} class="menu" role="menu" aria-label="Download" onKeyDown={onKeyDown} onFocusOut={onFocusOut}>
          {offered.map(({ name, title, what }) => (
            <button
              key={name}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close();
                void make(name, save);
              }}
            >
              <strong>{title}</strong> <span>{what}</span>
            </button>
          ))}
        </div>
      )}
      {(result.mesh ?? result.made.some(({ mesh }) => mesh)) && canShare() && (
        <button
          type="button"
          disabled={busy}
          onClick={() =>
            void make(result.mesh ? 'glb' : 'scene', (file) => navigator.share({ files: [file], title: photo.name }))
          }
        >
          Share
        </button>
      )}
    </div>
  );
}
