/** Errors that cross from a worker. */
import { expect, it } from 'vitest';
import { Canceled, LifetimeError } from '../../src/graph/errors.ts';
import { crossed, crossing } from '../../src/host/web/worker/errors.ts';
import * as unflat from '../../src/web.ts';

/** Through what `postMessage` does with it. */
const across = (error: unknown): Error => crossed(structuredClone(crossing(error)));

const exported = Object.entries(unflat).filter(([name]) => name.endsWith('Error')) as [string, typeof Error][];

it.each([...exported, ['LifetimeError', LifetimeError], ['AbortError', Canceled], ['RangeError', RangeError]] as const)(
  '%s keeps its class',
  (name, Class) => {
    const error =
      name === 'WeightsError'
        ? new unflat.WeightsError({ file: 'sam.pth', expected: 'a', found: 'b', advice: 'c' })
        : name === 'DeviceLostError'
          ? new unflat.DeviceLostError(new unflat.DeviceError('It was reset.'))
          : new Class('A message.');
    const there = across(error);
    expect(there).toBeInstanceOf(Class);
    expect(there).toBeInstanceOf(Error);
    expect({ ...there }).toEqual({ ...error });
    expect(there).toMatchObject({ name, message: error.message, stack: error.stack });
    expect(String(there)).toBe(String(error));
  },
);

it('there are errors at all', () => expect(exported.length).toBeGreaterThan(8));

it('a cause crosses, too', () => {
  const error = new unflat.UserError('It failed.', { hint: 'Try again.', cause: new RangeError('too far') });
  expect(across(error)).toMatchObject({ hint: 'Try again.' });
  expect(across(error).cause).toBeInstanceOf(RangeError);
});

it('an error of another class keeps its name', () => {
  expect(across(new DOMException('No room.', 'QuotaExceededError'))).toMatchObject({
    name: 'QuotaExceededError',
    message: 'No room.',
  });
});

it('what is no error becomes one', () => expect(across('a text')).toMatchObject({ name: 'Error', message: 'a text' }));
