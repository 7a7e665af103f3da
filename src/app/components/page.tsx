/** The whole page: header, what goes wrong, and either the start or the workspace. */
import { useEffect } from 'preact/hooks';
import { paceByInput } from '../actions/pacing.ts';
import { useApp } from './context.tsx';
import { Header } from './header.tsx';
import { listenForPhotos } from './intake.ts';
import { ProblemCard } from './problemCard.tsx';
import { Start } from './start.tsx';
import { listenForUndo } from './undoKeys.ts';
import { Workspace } from './workspace.tsx';

export function Page() {
  const app = useApp();
  const { photo, problem, engine, encoding, said } = app.state;
  useEffect(() => listenForPhotos(document, (file) => void app.openPhoto(file)), [app]);
  useEffect(() => listenForUndo(document, app.pointing), [app]);
  useEffect(() => paceByInput(window, app.connection), [app]);
  const failed = engine.value.kind === 'failed' ? engine.value.problem : undefined;
  const shown = failed ?? problem.value;
  return (
    <>
      <Header />
      <main class={photo.value ? 'busy' : 'calm'}>
        {shown && <ProblemCard problem={shown} isEngine={shown === failed} />}
        {photo.value ? <Workspace photo={photo.value} /> : <Start encoding={encoding.value} />}
      </main>
      <p class="unseen" role="status">
        {said.value}
      </p>
    </>
  );
}
