/** Speed targets of the hot kernels on a software adapter, against the tiled variants and the textbook's kernel. */
import type { Line } from './lines.ts';

export interface Target {
  readonly what: string;
  readonly kernel: string;
  readonly shape: string;
  /** A variant of the kernel. */
  readonly against: 'tiled' | 'textbook';
  /** How many times as fast as that our kernel has to be. */
  readonly times: number;
}

const MATMUL = { kernel: 'linear', shape: '512 x 512 x 512 (round)' } as const;

/** A target for each hot kernel and what it is compared with. Exported for tests. */
export const targets: readonly Target[] = [
  { what: 'matmul 512 x 512 x 512, our tiled kernel', ...MATMUL, against: 'tiled', times: 10 },
  { what: 'matmul 512 x 512 x 512, the textbook’s tiled kernel', ...MATMUL, against: 'textbook', times: 10 },
  {
    what: 'attention of 12 heads of 64, 1024 tokens, our tiled kernel',
    kernel: 'attention',
    shape: '12 heads of 64, 1024 (round)',
    against: 'tiled',
    times: 5,
  },
  {
    what: 'convolution 3 x 3 of 56 x 56 x 64, our tiled kernel',
    kernel: 'conv2d',
    shape: '3 x 3, 56 x 56 x 64 (round)',
    against: 'tiled',
    times: 5,
  },
];

export interface Verdict {
  readonly target: Target;
  readonly ownMs: number;
  readonly otherMs: number;
  /** How many times as fast we are. */
  readonly times: number;
  readonly met: boolean;
}

/**
 * Judges each target by the newest run that measured both sides. Targets that no run measured are left out, and so are
 * adapters on which the compared variant is the chosen one.
 */
export function verdicts(lines: readonly Line[]): Verdict[] {
  return targets.flatMap((target) => {
    const fits = (line: Line): boolean =>
      line.kernel === target.kernel && line.shape === target.shape && line.precision === 'f32';
    const own = lines.filter((line) => fits(line) && line.chosen && line.variant !== target.against);
    for (const line of own.toReversed()) {
      const other = lines.find((one) => fits(one) && one.date === line.date && one.variant === target.against);
      if (!other) continue;
      const times = other.medianMs / line.medianMs;
      return [{ target, ownMs: line.medianMs, otherMs: other.medianMs, times, met: times >= target.times }];
    }
    return [];
  });
}
