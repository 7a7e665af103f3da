import { expect, it } from 'vitest';
import { aFlag, aFunction, aSignal, aText, anything, expectOptions, listOf, oneOf } from '../../src/host/options.ts';
import { createEngine, OptionError, type EngineOptions } from '../../src/node.ts';

const rules = {
  text: aText,
  flag: aFlag,
  call: aFunction,
  signal: aSignal,
  choice: oneOf('f32', 'f16'),
  list: listOf(['sam', 'zoe']),
  any: anything,
};
const check = (options: unknown) => () => expectOptions('call', options as object, rules as never);

it('takes what the rules allow, and undefined for each', () => {
  const signal = new AbortController().signal;
  check({ text: 'a', flag: false, call: () => {}, signal, choice: 'f16', list: ['zoe'], any: 7 })();
  check({ text: undefined, list: undefined })();
  check({})();
});

it.each([
  [7, 'call: the options are 7. Give an object'],
  [null, 'call: the options are null'],
  ['tiny', "call: the options are 'tiny'"],
  [[[]], 'call: the options are a list'],
  [{ txet: 'a' }, 'call has no option txet. It has: text, flag,'],
  [{ toString: 'a' }, 'call has no option toString.'],
  [{ text: 7 }, 'call: text is 7. Give a string.'],
  [{ flag: 'yes' }, "call: flag is 'yes'. Give true or false."],
  [{ call: {} }, 'call: call is an object of Object. Give a function.'],
  [{ signal: null }, 'call: signal is null. Give the signal of an AbortController.'],
  [{ choice: 'f64' }, "call: choice is 'f64'. Give 'f32' or 'f16'."],
  [{ list: ['mcc'] }, "call: list is a list of 'mcc'. Give a list of 'sam', 'zoe'."],
  [{ list: [] as string[], text: () => {} }, 'call: text is a function.'],
])('refuses %j', (options, message) => {
  expect(check(options)).toThrow(OptionError);
  expect(check(options)).toThrow(message);
});

it.each([[null], [{ weights: 7 }], [{ wieghts: 'tiny' }], [{ precision: 'f64' }]])(
  'createEngine refuses %j in Node',
  async (options) => {
    await expect(createEngine(options as EngineOptions)).rejects.toThrow(OptionError);
  },
);
