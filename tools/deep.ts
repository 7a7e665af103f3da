/**
 * The kernels' checks, which the tests run, on any device: for `unflat doctor --deep`. It is a bundle beside the command line, because
 * checks are no part of the program.
 */
import type { Device } from '../src/graph/device.ts';
import { DeviceError } from '../src/graph/errors.ts';
import { messageOf } from '../src/host/errors.ts';
import { stepsOf } from '../src/host/selfTest.ts';
import { variantRuns } from '../src/host/variantRuns.ts';
import type { Target } from '../src/kernels/target.ts';
import type { KernelCheck } from '../test/checks/check.ts';
import { allChecks } from '../test/checks/index.ts';
import { runCheck } from '../test/checks/run.ts';

/** One check in one variant. */
export interface CheckResult {
  readonly kernel: string;
  readonly name: string;
  /** Absent where the kernel has one alone. */
  readonly variant?: string;
  /** In the unit of the bound; null if there is no result, or it is NaN. */
  readonly error: number | null;
  readonly bound: number | null;
  readonly passed: boolean;
  /** What is wrong; absent where nothing is. */
  readonly problem?: string;
}

/** Kernels whose large weights are stored in the device's precision. The others run as with f32; their halves are the self-test's. */
const readsLargeWeights = (entry: KernelCheck['entry']): boolean => entry === 'linear' || entry === 'conv';

interface Run {
  readonly check: KernelCheck;
  readonly variant?: string;
  readonly target?: Partial<Target>;
}

/** Names of the kernels that have checks. The command reads it at run time. Exported for tests. */
export const checkedKernels: readonly string[] = [...new Set(allChecks.map(({ kernel }) => kernel))].sort();

/**
 * Runs the checks of all kernels, or of some, in each variant that the device can run; on a device that stores f16, of those
 * that read large weights. Matrix instructions are for the self-test,
 * whose bounds know how they round. Checks after the loss of the device fail with its error.
 * @param onProgress gets the number of runs that are done, and of all
 */
export async function runChecks(
  device: Device,
  kernels: readonly string[],
  onProgress: (done: number, total: number) => void,
): Promise<CheckResult[]> {
  const { precision } = device.target;
  const runs = allChecks
    .filter(({ kernel }) => kernels.length === 0 || kernels.includes(kernel))
    .filter(({ entry }) => precision === 'f32' || readsLargeWeights(entry))
    .flatMap((check) => runsOf(check, device.target));
  const results: CheckResult[] = [];
  for (const run of runs) {
    onProgress(results.length, runs.length);
    results.push(await resultOf(device, run));
  }
  onProgress(runs.length, runs.length);
  return results;
}

function runsOf(check: KernelCheck, target: Target): Run[] {
  const { entry, kernel } = check;
  if (!entry) return [{ check }];
  const trial = check.prepare(target.precision);
  const runs = variantRuns((preferred) => stepsOf(trial, preferred), { kernel, entry }, target);
  if (runs.length === 0) return [{ check }];
  return runs.filter(({ matrix }) => !matrix).map((run) => ({ check, variant: run.variant, target: run.target }));
}

async function resultOf(device: Device, { check, variant, target }: Run): Promise<CheckResult> {
  const { kernel, name } = check;
  const common = { kernel, name, ...(variant !== undefined && { variant }) };
  try {
    const { result, error, bound, passed } = await runCheck(device, check, { target });
    return {
      ...common,
      error: Number.isNaN(error) ? null : error,
      bound,
      passed,
      ...(!passed && { problem: `${result} is off by ${error}, but at most ${bound} is allowed` }),
    };
  } catch (error) {
    const problem = error instanceof DeviceError ? `the device failed: ${error.message}` : messageOf(error);
    return { ...common, error: null, bound: null, passed: false, problem };
  }
}
