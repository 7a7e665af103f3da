import { expect, it } from 'vitest';
import { isAbort, problemOf } from '../../../src/app/state/problem.ts';
import { Canceled, DeviceError, KernelError, LimitError } from '../../../src/graph/errors.ts';
import { UserError } from '../../../src/host/errors.ts';
import { WeightsError } from '../../../weights/index.ts';

const WHAT = 'The mesh could not be made';

const weights = { file: 'a', expected: 'b', found: 'c', advice: 'd' };

it.each([
  [new DeviceError('gone'), 'The graphics device stopped', 'newEngine'],
  [new KernelError('bad'), 'The graphics device refused a program', 'newEngine'],
  [new LimitError('big'), 'This is too large for the graphics device', undefined],
  [new WeightsError(weights), 'These weights cannot be used', undefined],
])('has words of its own: case %#', (error, title, remedy) => {
  expect(problemOf(WHAT, error)).toEqual({ title, text: error.message, remedy });
});

it('says what was being done otherwise', () => {
  expect(problemOf(WHAT, new TypeError('x is undefined'))).toEqual({
    ...{ title: WHAT, text: 'x is undefined', remedy: undefined },
  });
  expect(problemOf(WHAT, 'a word').text).toBe('a word');
});

it('adds what to do', () => {
  expect(problemOf(WHAT, new UserError('No WebGPU.', { hint: 'Use Chrome.' })).text).toBe('No WebGPU. Use Chrome.');
});

it('knows what the person stopped', () => {
  expect([new Canceled('A run'), AbortSignal.abort().reason, new Error('x')].map(isAbort)).toEqual([true, true, false]);
});
