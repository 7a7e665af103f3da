/** What went wrong, and a way on. */
import type { Problem } from '../state/problem.ts';
import { TINY } from '../state/weights.ts';
import { useApp } from './context.tsx';

export function ProblemCard({ problem, isEngine }: { problem: Problem; isEngine: boolean }) {
  const app = useApp();
  const { title, text, remedy } = problem;
  const dismiss = (): void => void (app.state.problem.value = undefined);
  return (
    <section class="problem" role="alert">
      <h2>{title}</h2>
      <p>{text}</p>
      <div class="row">
        {(isEngine || remedy === 'newEngine') && (
          <button type="button" class="primary" onClick={() => void app.renewEngine()}>
            Start the engine again
          </button>
        )}
        {!app.connection.isTiny && (
          <button type="button" onClick={() => void app.weights.use(TINY)}>
            Use the tiny networks
          </button>
        )}
        {!isEngine && (
          <button type="button" onClick={dismiss}>
            Dismiss
          </button>
        )}
      </div>
    </section>
  );
}
