/** Whether a dialog is open. */
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export function useOpened(dialog: RefObject<HTMLDialogElement | null>): boolean {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const shown = dialog.current!;
    const observer = new MutationObserver(() => setOpen(shown.open));
    observer.observe(shown, { attributes: true, attributeFilter: ['open'] });
    return () => observer.disconnect();
  }, [dialog]);
  return isOpen;
}
