/** Which networks the engine uses. Simple things first; the rest is behind folds. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from './context.tsx';
import { useOpened } from './useOpened.ts';
import { AddFiles } from './weights/addFiles.tsx';
import { FetchFiles } from './weights/fetchFiles.tsx';
import { InUse } from './weights/inUse.tsx';
import { ReleasedNetworks } from './weights/releasedNetworks.tsx';
import { RoleChoice } from './weights/roleChoice.tsx';
import { StorageFacts } from './weights/storageFacts.tsx';
import { StoredList } from './weights/storedList.tsx';
import { Working } from './weights/working.tsx';

/** Text is dragged, too: into the field for addresses. */
const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

export function WeightsDialog({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const { weights } = useApp();
  const isOpen = useOpened(dialog);
  const [isOver, setOver] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    heading.current?.focus();
    void weights.refresh();
  }, [isOpen, weights]);
  // The page takes files, too: photos.
  const over = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    setOver(true);
  };
  const drop = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    void weights.add([...event.dataTransfer!.files]);
  };
  return (
    <dialog
      ref={dialog}
      class={isOver ? 'weights dropping' : 'weights'}
      aria-labelledby="weights-title"
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div class="title">
        <h2 id="weights-title" ref={heading} tabIndex={-1}>
          Networks
        </h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      {isOpen && (
        <>
          <InUse />
          <Working />
          <Problems />
          <StoredList onEmptied={() => heading.current?.focus()} />
          <AddFiles />
          <FetchFiles />
          <div>
            <RoleChoice />
            <ReleasedNetworks />
            <StorageFacts />
          </div>
        </>
      )}
      <p class="unseen" role="status">
        {weights.state.said.value}
      </p>
    </dialog>
  );
}

/** What went wrong with files. */
function Problems() {
  const { problems } = useApp().weights.state;
  return (
    <div role="alert">
      {problems.value.map(({ title, text }, index) => (
        <div key={index} class="problem">
          <h3>{title}</h3>
          <p>{text}</p>
        </div>
      ))}
    </div>
  );
}
