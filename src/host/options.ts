/** Checks the options that a program passes: unknown names and impossible values are errors. */
import { OptionError } from '../pipeline/optionError.ts';

/** Which values an option accepts: in words, and as a test. */
export interface OptionRule {
  readonly what: string;
  readonly holds: (value: unknown) => boolean;
}

/** A rule for each option of `O`. */
export type OptionRules<O> = { readonly [K in keyof O]-?: OptionRule };

const ofType = (type: string, what: string): OptionRule => ({ what, holds: (value) => typeof value === type });

export const aText = ofType('string', 'a string');
export const aFlag = ofType('boolean', 'true or false');
export const aCount: OptionRule = {
  what: 'a whole number of at least 1',
  holds: (value) => Number.isInteger(value) && (value as number) >= 1,
};
/** Milliseconds of one submission to the device. */
export const someMilliseconds: OptionRule = {
  what: 'a number of milliseconds above 0',
  holds: (value) => Number.isFinite(value) && (value as number) > 0,
};
export const anObject: OptionRule = {
  what: 'an object',
  holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
export const aFunction = ofType('function', 'a function');
export const aSignal: OptionRule = {
  what: 'the signal of an AbortController',
  holds: (value) => typeof value === 'object' && value !== null && 'aborted' in value,
};
/** Accepts anything: the value is checked where it is used. */
export const anything: OptionRule = { what: 'anything', holds: () => true };

export const oneOf = (...values: readonly string[]): OptionRule => ({
  what: values.map((value) => `'${value}'`).join(' or '),
  holds: (value) => values.includes(value as string),
});

export const listOf = (values: readonly string[]): OptionRule => ({
  what: `a list of ${values.map((value) => `'${value}'`).join(', ')}`,
  holds: (value) => Array.isArray(value) && value.every((one) => values.includes(one as string)),
});

/**
 * Checks an object of options. A value of undefined counts as absent.
 * @param call name of the function that takes the options, for messages
 * @throws OptionError if the options are not an object, or one of them is unknown or has an impossible value
 */
export function expectOptions<O extends object>(call: string, options: O, rules: OptionRules<O>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OptionError(`${call}: the options are ${show(options)}. Give an object, such as { weights: 'tiny' }.`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) {
      throw new OptionError(`${call} has no option ${name}. It has: ${Object.keys(rules).join(', ')}.`);
    }
    const { what, holds } = rules[name as keyof O];
    if (value !== undefined && !holds(value))
      throw new OptionError(`${call}: ${name} is ${show(value)}. Give ${what}.`);
  }
}

/** Formats a value for a message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.map(show).join(', ')}`;
  if (typeof value === 'object' && value !== null) return `an object of ${value.constructor?.name ?? 'no class'}`;
  return typeof value === 'function' ? 'a function' : String(value);
}
