/** Self-test of an adapter: compares kernels on the device with float64 on the CPU. */
import type { Device } from '../graph/device.ts';
import { evaluate } from '../graph/evaluate.ts';
import { lower } from '../graph/lower.ts';
import { Graph } from '../graph/record.ts';
import { isCopy, type Step } from '../kernels/dispatch.ts';
import { MATRIX_VARIANTS, type Target } from '../kernels/target.ts';
import { UserError } from './errors.ts';
import { ROUNDOFF, selfTestCases, type Case } from './selfTestCases.ts';

export interface SelfTestResult {
  name: string;
  /** Largest absolute difference; NaN if the device returned NaN. */
  error: number;
  bound: number;
  passed: boolean;
}

/**
 * Refuses a device that computes wrong results, so that f16 storage is used only where it works.
 * @throws UserError that names the failed cases, after disposing the device
 */
export async function expectSound(device: Device): Promise<void> {
  const failed = (await runSelfTest(device)).filter(({ passed }) => !passed);
  if (failed.length === 0) return;
  const names = failed
    .map(({ name, error, bound }) => `${name} is off by ${error}, but at most ${bound} is allowed`)
    .join('; ');
  device.dispose();
  throw new UserError(`This adapter fails its self-test with ${device.target.precision} storage: ${names}.`, {
    hint: 'Store weights and activations as f32: leave out `precision` (or --precision).',
  });
}

/** Runs every case on the device; products and attention in every variant that the device supports. */
export async function runSelfTest(device: Device): Promise<SelfTestResult[]> {
  const { precision } = device.target;
  const results: SelfTestResult[] = [];
  for (const one of selfTestCases(precision)) {
    const expected = one.reference();
    // A result that is stored as f16 is rounded once more.
    const bound = one.bound + (precision === 'f16' ? ROUNDOFF.f16 * largest(expected) : 0);
    for (const { name, target } of targetsOf(one, device.target)) {
      const { y } = await evaluate(device, (sources) => ({ y: one.build(sources) }), { target });
      const error = largest(y, expected);
      results.push({ name, error, bound, passed: error <= bound });
    }
  }
  return results;
}

/** The targets on which a case runs: the device's own, or one for each variant that can run. */
function targetsOf(one: Case, target: Target): { name: string; target?: Partial<Target> }[] {
  const { name, variantsOf } = one;
  if (!variantsOf) return [{ name }];
  return MATRIX_VARIANTS.flatMap((preferred) => {
    const preference = { [variantsOf.entry]: preferred };
    const isTaken = stepsOf(one, { ...target, ...preference }).some(
      (step) => !isCopy(step) && step.kernel === variantsOf.kernel && step.variant === preferred,
    );
    return isTaken ? [{ name: `${name}, ${preferred}`, target: preference }] : [];
  });
}

/** What a case runs on a target. Exported for tests. */
export function stepsOf(one: Case, target: Target): readonly Step[] {
  const graph = new Graph();
  let count = 0;
  one.build({
    graph,
    input: (data, shape, dtype = data instanceof Uint32Array ? 'u32' : 'f32') =>
      graph.input(`input${count++}`, shape, dtype),
    weight: (data, shape) => graph.constant({ name: `weight${count++}`, shape, compute: () => data }),
  });
  return lower(graph.nodes, target).steps;
}

/** The largest difference of two lists, or the largest number of one. */
function largest(actual: ArrayLike<number>, expected?: ArrayLike<number>): number {
  let found = !expected || actual.length === expected.length ? 0 : NaN;
  for (let i = 0; i < actual.length; i++) found = Math.max(found, Math.abs(actual[i] - (expected?.[i] ?? 0)));
  return found;
}
