/** Choosing a photo from the disk, or taking one. */
import { useRef } from 'preact/hooks';
import { CameraDialog } from './cameraDialog.tsx';
import { useApp } from './context.tsx';

/** Phones and tablets take photos by their own camera program. */
const hasTouchOnly = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;

export function ChoosePhoto() {
  const app = useApp();
  const files = useRef<HTMLInputElement>(null);
  const shots = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLDialogElement>(null);
  const open = (input: HTMLInputElement): void => {
    const [file] = input.files ?? [];
    // The same photo may be chosen again.
    input.value = '';
    if (file) void app.openPhoto(file);
  };
  const hasCamera = 'mediaDevices' in navigator;
  return (
    <div class="choose">
      <button type="button" class="primary large" onClick={() => files.current?.click()}>
        Choose a photo
      </button>
      {hasCamera && (
        <button
          type="button"
          class="large"
          onClick={() => (hasTouchOnly() ? shots.current?.click() : camera.current?.showModal())}
        >
          Take a photo
        </button>
      )}
      <p class="quiet">or drop one here, or paste it</p>
      <input hidden ref={files} type="file" accept="image/*" onChange={(event) => open(event.currentTarget)} />
      <input
        hidden
        ref={shots}
        type="file"
        accept="image/*"
        capture="environment"
        onChange={(event) => open(event.currentTarget)}
      />
      <CameraDialog dialog={camera} />
    </div>
  );
}
