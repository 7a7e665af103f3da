/** Name of the page, a way back to the start, and what the engine runs on. */
import { useRef } from 'preact/hooks';
import { useApp } from './context.tsx';
import { WeightsDialog } from './weightsDialog.tsx';

export function Header() {
  const app = useApp();
  const { photo, engine, run } = app.state;
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <header>
      <h1>
        <img src="icon.svg" alt="" width="28" height="28" /> unflat
      </h1>
      <div class="row">
        {photo.value && (
          <button type="button" onClick={() => app.closePhoto()}>
            New photo
          </button>
        )}
        <button type="button" disabled={!!run.value} onClick={() => dialog.current?.showModal()}>
          {engine.value.kind === 'ready' && engine.value.weights === 'tiny' ? 'Tiny networks' : 'Networks'}
        </button>
      </div>
      <WeightsDialog dialog={dialog} />
    </header>
  );
}
