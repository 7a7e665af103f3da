/** Pictures that come along. */
import { useApp } from './context.tsx';

const EXAMPLES = ['Duck', 'Mug', 'Car', 'Unicorn'] as const;

export function Examples() {
  const app = useApp();
  return (
    <section class="examples" role="group" aria-labelledby="examples-title">
      <h3 id="examples-title">Examples</h3>
      <div class="thumbnails">
        {EXAMPLES.map((name) => (
          <button key={name} type="button" onClick={() => void app.openExample(`${name.toLowerCase()}.webp`)}>
            <img src={`examples/${name.toLowerCase()}-small.webp`} alt="" width="160" height="120" />
            <span>{name}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
