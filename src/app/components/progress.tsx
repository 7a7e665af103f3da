/** A labelled bar. */
import { percent, seconds } from '../words.ts';

interface Props {
  readonly what: string;
  /** 0..1; 0 shows that the end is not known yet. */
  readonly share: number;
  /** Seconds left. */
  readonly left?: number;
}

export function Progress({ what, share, left }: Props) {
  return (
    <div class="progress">
      <div class="labels">
        <span>{what}</span>
        <span>{left !== undefined ? `${seconds(left)} left` : share > 0 ? percent(share) : ''}</span>
      </div>
      <progress aria-label={what} max={1} value={share > 0 ? share : undefined} />
    </div>
  );
}
