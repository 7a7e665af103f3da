/** Self-test of an adapter: compares kernels on the device with float64 on the CPU. */
import type { Device } from '../graph/device.ts';
import { KernelError } from '../graph/errors.ts';
import { evaluate, type Sources } from '../graph/evaluate.ts';
import { lower } from '../graph/lower.ts';
import { Graph } from '../graph/record.ts';
import type { Step } from '../kernels/dispatch.ts';
import type { Target } from '../kernels/target.ts';
import { UserError } from './errors.ts';
import { variantRuns, type VariantRun } from './variantRuns.ts';
import { matrixCases, ROUNDOFF, selfTestCases, type Case } from './selfTestCases.ts';

export interface SelfTestResult {
  name: string;
  /** Largest absolute difference; NaN if the device returned NaN. */
  error: number;
  bound: number;
  passed: boolean;
  /** Set where matrix instructions were tested: a device that fails does without them. */
  matrix?: boolean;
  /** Why there is no result; absent where there is one. */
  problem?: string;
}

/**
 * Refuses a device that computes wrong results, so that f16 storage is used only where it works. Wrong matrix instructions do
 * not count: kernels do without them, and say why.
 * @throws UserError that names the failed cases, after disposing the device
 */
export async function expectSound(device: Device): Promise<void> {
  const results = await runSelfTest(device).catch((error: unknown) => {
    device.dispose();
    throw error;
  });
  const failed = results.filter(({ passed, matrix }) => !passed && !matrix);
  if (failed.length === 0) return;
  device.dispose();
  throw new UserError(
    `This adapter fails its self-test with ${device.target.precision} storage: ${failed.map(inWords).join('; ')}.`,
    { hint: 'Store weights and activations as f32: leave out `precision` (or --precision).' },
  );
}

const inWords = ({ name, error, bound, problem }: SelfTestResult): string =>
  problem ?? `${name} is off by ${error}, but at most ${bound} is allowed`;

/**
 * Runs every case on the device; kernels with variants in every variant that the device supports. Matrix instructions are
 * used on the device from then on if all their cases passed.
 */
export async function runSelfTest(device: Device): Promise<SelfTestResult[]> {
  const { precision } = device.target;
  const results: SelfTestResult[] = [];
  for (const one of casesFor(device.target)) {
    const expected = one.reference();
    for (const { name, target, matrix } of runsOf(one, device.target)) {
      // A result that is stored as f16 is rounded once more.
      const stored = precision === 'f16' ? ROUNDOFF.f16 * largest(expected) : 0;
      const bound = one.bound + stored + (matrix ? (one.matrixBound ?? 0) : 0);
      try {
        const { y } = await evaluate(device, (sources) => ({ y: one.build(sources) }), { target });
        const error = largest(y, expected);
        results.push({ name, error, bound, passed: error <= bound, ...(matrix && { matrix }) });
      } catch (error) {
        // A browser may know another version of the experimental WGSL.
        if (!matrix || !(error instanceof KernelError)) throw error;
        results.push({ name, error: NaN, bound, passed: false, matrix, problem: error.message });
      }
    }
  }
  const wrong = results.find(({ passed, matrix }) => matrix && !passed);
  device.settleMatrix(wrong && `matrix instructions failed the self-test on this device: ${inWords(wrong)}`);
  return results;
}

const casesFor = ({ precision, matrix }: Target): Case[] => [
  ...selfTestCases(precision),
  ...(typeof matrix === 'string' ? [] : matrixCases(precision)),
];

/** How a case runs on a target: as it is, or once in each variant that can run. */
function runsOf(one: Case, target: Target): (Partial<VariantRun> & { readonly name: string })[] {
  const { name, variantsOf } = one;
  if (!variantsOf) return [{ name }];
  const runs = variantRuns((preferred) => stepsOf(one, preferred), variantsOf, target);
  return runs
    .filter(({ variant }) => variant === (variantsOf.only ?? variant))
    .map((run) => ({ ...run, name: `${name}, ${run.variant}` }));
}

/** What a case of a self-test, or a check of a kernel, runs on a target. */
export function stepsOf(one: { build(sources: Sources): unknown }, target: Target): readonly Step[] {
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
