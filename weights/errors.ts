/** What is wrong with a weights file, in the words of its user. */
export interface WeightsProblem {
  /** Name of the file or source, as the user gave it. */
  file: string;
  /** Tensor that shows the problem, when there is one. */
  tensor?: string;
  expected: string;
  found: string;
  /** What to do next, one or more lines. */
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
