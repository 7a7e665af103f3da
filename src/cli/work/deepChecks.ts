/**
 * `unflat doctor --deep`: the checks of all kernels on this machine's adapter, with each type of storage, and the report of what is
 * wrong. A wrong result is never worked around here: it is named.
 */
import { Device } from '../../graph/device.ts';
import { EXIT, UserError } from '../../host/errors.ts';
import { dawnOptionsFor, requestNodeAdapter } from '../../host/node/adapter.ts';
import { runSelfTest, type SelfTestResult } from '../../host/selfTest.ts';
import type { Precision } from '../../kernels/target.ts';
import { loadBundle } from '../bundles.ts';
import { Progress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';

/** One check of a kernel in one variant, as `tools/deep.ts` gives it. */
interface CheckResult {
  readonly kernel: string;
  readonly name: string;
  readonly variant?: string;
  readonly error: number | null;
  readonly bound: number | null;
  readonly passed: boolean;
  readonly problem?: string;
}

/** What the bundle exports. */
interface DeepModule {
  readonly checkedKernels: readonly string[];
  runChecks(
    device: Device,
    kernels: readonly string[],
    onProgress: (done: number, total: number) => void,
  ): Promise<CheckResult[]>;
}

/** Findings with one type of storage. */
export interface DeepFindings {
  readonly precision: Precision;
  readonly selfTest: readonly SelfTestResult[];
  readonly checks: readonly CheckResult[];
}

/**
 * Runs the checks.
 * @param kernels names; all if there are none
 * @throws UserError if a kernel has no checks, or the bundle is missing
 */
export async function examineDeeply(
  adapterChoice: string,
  kernels: readonly string[],
  terminal: Terminal,
  bundle: URL,
): Promise<DeepFindings[]> {
  const { checkedKernels, runChecks } = await loadBundle<DeepModule>(bundle, 'The checks of kernels');
  const unknown = kernels.find((name) => !checkedKernels.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`No kernel is called ${unknown}.`, {
      hint: `Kernels: ${checkedKernels.join(', ')}.`,
      exitCode: EXIT.usage,
    });
  }
  const progress = new Progress(terminal);
  const findings: DeepFindings[] = [];
  for (const precision of ['f32', 'f16'] as const) {
    const { adapter, wait, release } = await requestNodeAdapter(adapterChoice, dawnOptionsFor(precision));
    const device = await Device.create(adapter, { wait, precision });
    try {
      const stage = `checks, ${precision}`;
      const selfTest = await runSelfTest(device);
      const checks = await runChecks(device, kernels, (done, total) => progress.update({ stage, done, total }));
      findings.push({ precision, selfTest, checks });
    } finally {
      progress.finish();
      device.dispose();
      release();
    }
  }
  return findings;
}

/** Whether all of it passed. */
export const isSound = (findings: readonly DeepFindings[]): boolean =>
  findings.every(({ selfTest, checks }) => [...selfTest, ...checks].every(({ passed }) => passed));

/** The report: a line for each kernel and type of storage, then what is wrong. */
export function deepLines(findings: readonly DeepFindings[], adapter: string): string[] {
  const failures = findings.flatMap(({ precision, selfTest, checks }) => [
    ...selfTest
      .filter(({ passed }) => !passed)
      .map(({ name, problem, ...of }) => {
        const what = problem ?? `is off by ${of.error}, but at most ${of.bound} is allowed`;
        return `  self-test with ${precision}, ${name}: ${what}`;
      }),
    ...checks
      .filter(({ passed }) => !passed)
      .map(({ kernel, name, variant, problem }) => {
        const how = variant === undefined ? '' : `${variant}, `;
        return `  ${kernel} (${how}${precision}), ${name}: ${problem ?? 'wrong'}`;
      }),
  ]);
  const runs = findings.reduce((sum, { selfTest, checks }) => sum + selfTest.length + checks.length, 0);
  return [
    // Few kernels read large weights; the others have no checks of their own with f16.
    ...findings
      .filter(({ checks }) => checks.length > 0)
      .flatMap(({ precision, checks }) => [
        `Checks of kernels against float64 on the CPU, large weights stored in ${precision}`,
        ...kernelLines(checks),
        '',
      ]),
    ...(failures.length === 0
      ? [`All ${runs} runs are within their bounds.`]
      : [
          `WRONG: ${failures.length} of ${runs} runs. This adapter or its driver computes wrong results: ${adapter}.`,
          ...failures,
          'Update the driver, or choose another adapter (--adapter). Please report it with the output of',
          '`unflat doctor --deep --json`.',
        ]),
    '',
  ];
}

/** A line for each kernel: its variants, how many runs, and the largest share of a bound that an error took. */
function kernelLines(checks: readonly CheckResult[]): string[] {
  const kernels = [...new Set(checks.map(({ kernel }) => kernel))];
  return kernels.map((name) => {
    const own = checks.filter(({ kernel }) => kernel === name);
    const variants = [...new Set(own.flatMap(({ variant }) => variant ?? []))].join(', ');
    const wrong = own.filter(({ passed }) => !passed).length;
    const share = Math.max(
      0,
      ...own.map(({ error, bound }) => (bound !== null && bound > 0 ? (error ?? 0) / bound : 0)),
    );
    const worst =
      wrong > 0 ? `WRONG in ${wrong}` : share > 0 ? `worst error ${share.toFixed(2)} of its bound` : 'exact';
    return `  ${name.padEnd(18)} ${`${own.length} runs`.padEnd(9)} ${worst}${variants && `  (${variants})`}`;
  });
}
