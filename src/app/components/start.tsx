/** The start: where photos come from. */
import type { Encoding } from '../state/state.ts';
import { ChoosePhoto } from './choosePhoto.tsx';
import { useApp } from './context.tsx';
import { Examples } from './examples.tsx';
import { Progress } from './progress.tsx';

export function Start({ encoding }: { encoding: Encoding }) {
  const { engine } = useApp().state;
  return (
    <div class="start">
      <h2>
        One photo in,
        <br />a 3D object out
      </h2>
      <p class="lead">
        Point at a thing in your photo, and turn it in your hand. Everything happens in this tab: no photo leaves this
        device.
      </p>
      <ChoosePhoto />
      {encoding.kind === 'running' && <Progress what={encoding.what} share={encoding.share} />}
      {encoding.kind !== 'running' && engine.value.kind === 'starting' && (
        <Progress what={engine.value.what} share={engine.value.share} />
      )}
      <Examples />
    </div>
  );
}
