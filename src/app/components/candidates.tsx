/** The masks that a prompt may mean, to choose from. */
import type { ShownPhoto } from '../state/state.ts';
import { percent } from '../words.ts';
import { useApp } from './context.tsx';
import { MaskLayer } from './maskLayer.tsx';
import { colorOf } from './objectColors.ts';

export function Candidates({ photo }: { photo: ShownPhoto }) {
  const { pointing, state } = useApp();
  const answer = state.answer.value;
  if (!answer || answer.candidates.length < 2) return null;
  return (
    <div class="candidates" role="group" aria-label="Masks to choose from">
      {answer.candidates.map(({ mask, quality }, index) => (
        <button
          key={index}
          type="button"
          disabled={!!state.run.value}
          aria-pressed={index === answer.chosen}
          aria-label={`Mask ${index + 1}, quality ${percent(Math.min(1, quality))}`}
          onClick={() => pointing.choose(index)}
        >
          <span class="thumbnail" style={{ '--aspect': photo.width / photo.height }}>
            <img src={photo.url} alt="" />
            <MaskLayer mask={mask} size={photo.decoded} tint={colorOf(state.current.value)} />
          </span>
        </button>
      ))}
    </div>
  );
}
