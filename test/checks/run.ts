/** Runs a check of a kernel on a device. */
import type { Device } from '../../src/graph/device.ts';
import { evaluate, type EvaluateOptions } from '../../src/graph/evaluate.ts';
import type { KernelCheck } from './check.ts';

/** The worst result of a check. */
export interface Outcome {
  /** Name of the result. */
  readonly result: string;
  readonly error: number;
  readonly bound: number;
  readonly passed: boolean;
}

/** @throws as `evaluate` */
export async function runCheck(device: Device, check: KernelCheck, options: EvaluateOptions = {}): Promise<Outcome> {
  const trial = check.prepare(device.target.precision);
  const results = await evaluate(device, (sources) => ({ ...trial.build(sources) }), options);
  const outcomes = Object.entries(trial.expected(results)).map(([result, expected]): Outcome => {
    const error = expected.error(results[result]);
    return { result, error, bound: expected.bound, passed: error <= expected.bound };
  });
  return outcomes.reduce((a, b) => (badness(b) > badness(a) ? b : a));
}

/** Share of the bound that the error takes; infinite for NaN. */
const badness = ({ error, bound, passed }: Outcome): number =>
  passed ? (bound > 0 ? error / bound : 0) : Number.isNaN(error) ? Infinity : 1 + (bound > 0 ? error / bound : error);
