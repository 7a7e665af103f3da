import { afterEach, expect, it, vi } from 'vitest';
import { FrameGaps } from '../../src/stage/frameGaps.ts';

let waiting: ((now: number) => void) | undefined;
vi.stubGlobal('requestAnimationFrame', (callback: (now: number) => void) => {
  waiting = callback;
  return 1;
});
vi.stubGlobal('cancelAnimationFrame', () => (waiting = undefined));
afterEach(() => (waiting = undefined));

it('finds the longest time between two frames', () => {
  const gaps = new FrameGaps();
  gaps.start();
  expect(gaps.longest).toBe(0);
  for (const now of [1000, 1016, 1116, 1132]) waiting?.(now);
  expect(gaps.longest).toBe(100);
  expect(gaps.stop()).toBe(100);
  expect(waiting).toBeUndefined();
});

it('begins anew', () => {
  const gaps = new FrameGaps();
  gaps.start();
  for (const now of [0, 500]) waiting?.(now);
  gaps.start();
  for (const now of [9000, 9020]) waiting?.(now);
  expect(gaps.stop()).toBe(20);
});
