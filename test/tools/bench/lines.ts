/** Stored lines as the benchmark writes them, for tests that read them. */
import type { Line } from '../../../tools/bench/lines.ts';

/** A measured case, with what the test says of it. */
export const line = (own: Partial<Line>): Line => ({
  unflat: '0.1.0',
  commit: null,
  date: '2026-01-01',
  processor: 'P',
  cores: 2,
  kind: 'kernel',
  adapter: 'A',
  adapterClass: 'software8',
  kernel: 'linear',
  shape: '512 x 512 x 512 (round)',
  precision: 'f32',
  variant: 'subgroup8',
  chosen: true,
  ...{ coldMs: 9, bestMs: 1, medianMs: 2, p90Ms: 3, wallMs: 4, runs: 5, clock: 'wall', bound: 'compute' },
  ...{ gflops: 10, gigabytesPerSecond: 1, ceiling: 20, share: 0.5, load: 1 },
  ...own,
});
