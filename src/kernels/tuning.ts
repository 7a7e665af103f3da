/** Measured choices: which variant of a kernel was the fastest for a problem on an adapter. */

/** Names of variants, by `problemKey`. */
export type Tuning = Readonly<Record<string, string>>;

/** Longer texts in a problem are programs. They follow from the kernel's name. */
const LONGEST_WORD = 32;

/**
 * Tells apart problems that may differ in speed: the kernel, the types and shapes of operands, numbers and words. Values and
 * programs do not count.
 */
export const problemKey = (kernel: string, precision: string, problem: unknown): string =>
  `${kernel} ${precision} ${partsOf(problem)}`;

function partsOf(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return value.length > LONGEST_WORD ? '' : value;
  if (typeof value !== 'object') return '';
  if (isOperand(value)) return `${value.dtype}[${value.shape.join(',')}]`;
  if (Array.isArray(value)) return `(${value.map(partsOf).join(',')})`;
  return Object.entries(value)
    .map(([name, part]) => [name, partsOf(part)])
    .filter(([, part]) => part !== '')
    .map(([name, part]) => `${name}:${part}`)
    .join(' ');
}

const isOperand = (value: object): value is { dtype: string; shape: readonly number[] } =>
  'shape' in value && Array.isArray(value.shape) && 'dtype' in value;
