/** How far a file is, and a way to stop. */
import { count } from '../../words.ts';
import { useApp } from '../context.tsx';
import { Progress } from '../progress.tsx';

const megabytes = (value: number): string => (value < 10 ? value.toFixed(1) : count(Math.round(value)));

export function Working() {
  const { weights } = useApp();
  const work = weights.state.work.value;
  if (!work) return null;
  const { file, what, done, total, left, isStopping } = work;
  const amount =
    total > 0 ? `: ${megabytes(done)} of ${megabytes(total)} MB` : done > 0 ? `: ${megabytes(done)} MB` : '';
  return (
    <section class="working" aria-label="Under way">
      <Progress what={`${what} ${file}${amount}`} share={total > 0 ? done / total : 0} left={left} />
      <button type="button" disabled={isStopping} onClick={() => weights.cancel()}>
        {isStopping ? 'Stopping' : 'Cancel'}
      </button>
    </section>
  );
}
