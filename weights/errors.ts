/** The error for weights that cannot be used. */
import { printable } from './printable.ts';

/** What is wrong with a weights file. */
export interface WeightsProblem {
  /** Name of the file or source, as the user gave it. */
  file: string;
  /** The tensor that shows the problem, if there is one. */
  tensor?: string;
  expected: string;
  found: string;
  /** What to do, in one or more lines. */
  advice: string;
}

/** Characters of a part of the message, which may come from the file. */
const LONGEST = 500;

/** Weights that cannot be used. The message names file, tensor, expected, found and what to do. */
export class WeightsError extends Error {
  readonly problem: WeightsProblem;

  constructor(problem: WeightsProblem, options?: ErrorOptions) {
    const { file, tensor, expected, found, advice } = problem;
    const where = tensor === undefined ? file : `${file}: ${printable(JSON.stringify(tensor), LONGEST)}`;
    const what = `${printable(where)}: expected ${printable(expected, LONGEST)}, found ${printable(found, LONGEST)}.`;
    super(`${what}\n  ${printable(advice).replaceAll('\n', '\n  ')}`, options);
    this.name = 'WeightsError';
    this.problem = problem;
  }
}
