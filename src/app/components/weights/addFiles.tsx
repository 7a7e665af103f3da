/** Files from the disk. */
import { useRef } from 'preact/hooks';
import { useApp } from '../context.tsx';

export function AddFiles() {
  const { weights } = useApp();
  const input = useRef<HTMLInputElement>(null);
  return (
    <section class="row">
      <button type="button" disabled={!!weights.state.work.value} onClick={() => input.current?.click()}>
        Add files
      </button>
      <p class="quiet">.safetensors, .pth or .pt, or drop them here. They stay on this device.</p>
      <input
        hidden
        multiple
        ref={input}
        type="file"
        accept=".safetensors,.pth,.pt"
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // The same file may be chosen again.
          currentTarget.value = '';
          void weights.add(files);
        }}
      />
    </section>
  );
}
