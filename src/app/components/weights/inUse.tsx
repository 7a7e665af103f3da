/** The networks of the engine, and how far it is when it starts with others. */
import { ROLES } from '../../../pipeline/roles.ts';
import { isSame, ROLE_NAMES, TINY, titleIn } from '../../state/weights.ts';
import { useApp } from '../context.tsx';
import { Progress } from '../progress.tsx';

export function InUse() {
  const { weights, state } = useApp();
  const { choice, stored } = weights.state;
  const engine = state.engine.value;
  const encoding = state.encoding.value;
  return (
    <section class="in-use" aria-label="In use">
      <p class="quiet">
        Three networks work one after the other. The tiny ones come with this page; published ones are much larger, and
        better.
      </p>
      <dl>
        {ROLES.map((role) => (
          <div key={role}>
            <dt>{ROLE_NAMES[role]}</dt>
            <dd>{titleIn(stored.value, choice.value[role])}</dd>
          </div>
        ))}
      </dl>
      {engine.kind === 'starting' && <Progress what={engine.what} share={engine.share} />}
      {engine.kind === 'ready' && encoding.kind === 'running' && (
        <Progress what={encoding.what} share={encoding.share} />
      )}
      {engine.kind === 'failed' && <Failed title={engine.problem.title} text={engine.problem.text} />}
      {engine.kind === 'ready' && !isSame(choice.value, TINY) && (
        <button type="button" onClick={() => void weights.use(TINY)}>
          Use the tiny networks
        </button>
      )}
    </section>
  );
}

function Failed({ title, text }: { title: string; text: string }) {
  const { weights } = useApp();
  const { choice, former, stored } = weights.state;
  const names = ROLES.map((role) => titleIn(stored.value, former.value[role])).join(', ');
  const hasFormer = !isSame(former.value, choice.value) && !isSame(former.value, TINY);
  return (
    <div class="problem" role="alert">
      <h3>{title}</h3>
      <p>{text}</p>
      <div class="row">
        {hasFormer && (
          <button type="button" class="primary" onClick={() => void weights.use(former.value)}>
            Back to {names}
          </button>
        )}
        <button type="button" onClick={() => void weights.use(TINY)}>
          Use the tiny networks
        </button>
      </div>
    </div>
  );
}
