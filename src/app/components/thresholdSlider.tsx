/** How sure the network must be of a point. Points are filtered at once, without a new sweep; the mesh follows on release. */
import { useId } from 'preact/hooks';
import type { WebObject } from '../../web.ts';
import { useApp } from './context.tsx';

const HIGHEST = 0.99;

export function ThresholdSlider({ object }: { object: WebObject }) {
  const { state, reconstruction } = useApp();
  const { threshold, run } = state;
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>Threshold</label>
      <input
        id={id}
        type="range"
        min={object.minThreshold}
        max={HIGHEST}
        step={0.005}
        value={threshold.value}
        disabled={!!run.value && !run.value.isMeshAgain}
        aria-valuetext={threshold.value.toFixed(2)}
        onInput={(event) => void (threshold.value = event.currentTarget.valueAsNumber)}
        onChange={() => void reconstruction.meshAgain()}
      />
      <output for={id}>{threshold.value.toFixed(2)}</output>
    </div>
  );
}
