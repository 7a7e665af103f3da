/** Photo and object, side by side. */
import type { ShownPhoto } from '../state/state.ts';
import { useApp } from './context.tsx';
import { ObjectPanel } from './objectPanel.tsx';
import { PhotoPanel } from './photoPanel.tsx';

export function Workspace({ photo }: { photo: ShownPhoto }) {
  const { result } = useApp().state;
  return (
    <div class="workspace">
      <PhotoPanel photo={photo} />
      <ObjectPanel photo={photo} result={result.value} />
    </div>
  );
}
