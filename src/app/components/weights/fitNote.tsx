/** Whether this device can hold a network. */
import type { Fit } from '../../state/weights.ts';
import { bytes } from '../../words.ts';

export function FitNote({ fit }: { fit: Fit }) {
  if (fit.reason === undefined) return <p class="quiet">Takes at least {bytes(fit.bytes)} of graphics memory.</p>;
  return (
    <p class="limited">
      <strong>Too large for this device. </strong>
      {fit.reason}
    </p>
  );
}
