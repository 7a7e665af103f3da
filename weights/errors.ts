/** The error for weights that cannot be used. */

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

/** Weights that cannot be used. The message names file, tensor, expected, found and what to do. */
export class WeightsError extends Error {
  readonly problem: WeightsProblem;

  constructor(problem: WeightsProblem, options?: ErrorOptions) {
    const { file, tensor, expected, found, advice } = problem;
    const where = tensor === undefined ? file : `${file}: ${JSON.stringify(tensor)}`;
    super(`${where}: expected ${expected}, found ${found}.\n  ${advice.replaceAll('\n', '\n  ')}`, options);
    this.name = 'WeightsError';
    this.problem = problem;
  }
}
