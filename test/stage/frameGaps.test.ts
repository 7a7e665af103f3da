import { afterAll, expect, it, vi } from 'vitest';
import { FrameGaps } from '../../src/stage/frameGaps.ts';

let clock = 0;
let waiting: ((now: number) => void) | undefined;
vi.stubGlobal('performance', { now: () => clock });
vi.stubGlobal('requestAnimationFrame', (callback: (now: number) => void) => {
  waiting = callback;
  return 1;
});
vi.stubGlobal('cancelAnimationFrame', () => (waiting = undefined));
afterAll(() => vi.unstubAllGlobals());

/** Frames at these times, in milliseconds. */
const frames = (...times: number[]) => times.forEach((now) => waiting?.((clock = now)));

it('finds the longest time between two frames', () => {
  const gaps = new FrameGaps();
  clock = 1000;
  gaps.start();
  expect(gaps.longest).toBe(0);
  frames(1016, 1116, 1132);
  expect(gaps.longest).toBe(100);
  expect(gaps.stop()).toBe(100);
  expect(waiting).toBeUndefined();
});

it('counts the time before the first frame and after the last one', () => {
  const gaps = new FrameGaps();
  clock = 0;
  gaps.start();
  frames(300, 316);
  expect(gaps.longest).toBe(300);
  clock = 800;
  expect(gaps.stop()).toBe(484);
  clock = 9000;
  expect(gaps.stop()).toBe(484);
});

it('begins anew', () => {
  const gaps = new FrameGaps();
  gaps.start();
  frames(clock + 500);
  gaps.start();
  frames(clock + 20);
  expect(gaps.stop()).toBe(20);
});
