/** Takes a photo with the camera of a computer. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from './context.tsx';
import { useOpened } from './useOpened.ts';

/** Names of errors are those of the Media Capture standard. */
function wordsFor({ name, message }: Error): string {
  if (name === 'NotFoundError') return 'This device has no camera.';
  if (name === 'NotAllowedError') return 'This page may not use the camera. Allow it in the settings of the browser.';
  return `The camera gives no picture: ${message}.`;
}

export function CameraDialog({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const app = useApp();
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState('');
  const stop = (): void => {
    const stream = video.current?.srcObject as MediaStream | null;
    stream?.getTracks().forEach((track) => track.stop());
    if (video.current) video.current.srcObject = null;
  };
  const isOpen = useOpened(dialog);
  useEffect(() => {
    if (!isOpen) return;
    setProblem('');
    navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 } } }).then(
      (stream) => {
        video.current!.srcObject = stream;
        // The dialog may have been closed while the person was asked.
        if (!dialog.current!.open) stop();
      },
      (error: Error) => setProblem(wordsFor(error)),
    );
  }, [isOpen, dialog]);
  const take = (): void => {
    const { videoWidth: width, videoHeight: height } = video.current!;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    canvas.getContext('2d')!.drawImage(video.current!, 0, 0);
    canvas.toBlob(
      (blob) => blob && void app.openPhoto(new File([blob], 'photo.png', { type: blob.type })),
      'image/png',
    );
    dialog.current!.close();
  };
  return (
    <dialog ref={dialog} class="camera" aria-label="Take a photo" onClose={stop}>
      <video ref={video} autoPlay muted playsInline hidden={problem !== ''} />
      {problem && <p role="alert">{problem}</p>}
      <div class="row">
        <button type="button" class="primary" disabled={problem !== ''} onClick={take}>
          Take the photo
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
