import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paceByInput } from '../../../src/app/actions/pacing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('makes submissions short while there is input, and long a second after the last one', () => {
  const target = Object.assign(new EventTarget(), {
    setTimeout: (run: () => void, ms: number) => setTimeout(run, ms),
    clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
  });
  const paces: number[] = [];
  const end = paceByInput(target as unknown as Window, { pace: (ms) => void paces.push(ms) });
  const input = (name: string): void => void target.dispatchEvent(new Event(name));
  input('pointermove');
  vi.advanceTimersByTime(900);
  input('keydown');
  vi.advanceTimersByTime(900);
  expect(paces).toHaveLength(1);
  vi.advanceTimersByTime(200);
  expect(paces).toHaveLength(2);
  expect(paces[1]).toBeGreaterThan(paces[0]);
  input('wheel');
  expect(paces[2]).toBe(paces[0]);
  end();
  vi.advanceTimersByTime(2000);
  input('wheel');
  expect(paces).toHaveLength(3);
});
