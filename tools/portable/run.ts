/**
 * Checks and measures this machine with the portable folder, which run.sh starts: all parts one after the other, each within its
 * time. A part that fails does not keep the others from running. Lines of JSON and what was printed go to the folder results.
 */
import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { watchInterrupt } from '../../src/cli/interrupt.ts';
import { parsePositive } from '../../src/cli/options.ts';
import { EXIT } from '../../src/host/errors.ts';
import { originOf } from '../origin.ts';
import { DRIVER_VARIABLES, vulkanEnv } from './machineLibraries.ts';
import { partsFor } from './parts.ts';
import { runStep, type StepRun } from './steps.ts';

interface Options {
  readonly adapter: string;
  readonly minutes: number;
  readonly only: readonly string[];
}

/** What became of a step. */
interface Result extends Omit<StepRun, 'outcome' | 'findings'> {
  readonly part: string;
  readonly step: string;
  readonly outcome: StepRun['outcome'] | 'left out';
}

/** A step does not start with less time than this, in seconds. */
const SHORTEST = 3;

const app = dirname(fileURLToPath(import.meta.url));
const folder = resolve(app, '..');
/** Relative to the folder, in which all steps run: so that stored commands name no place of this machine. */
const RESULTS = 'results';
const MACHINE = join(RESULTS, 'machine');
const LOG = join(MACHINE, 'log.txt');

const PART_NAMES = partsFor({
  ...{ adapter: '', minutes: 0, results: '', parityFile: '', fixtures: {} },
}).map(({ name }) => name);

function show(text: string): void {
  process.stdout.write(text);
  appendFileSync(LOG, text);
}

/** Paths of the fixtures, by their group. */
function fixtureGroups(): Record<string, string[]> {
  const golden = join('app', 'golden');
  return Object.fromEntries(
    readdirSync(golden)
      .sort()
      .map((group) => [group, readdirSync(join(golden, group)).map((name) => join(golden, group, name))]),
  );
}

async function main({ adapter, minutes, only }: Options): Promise<void> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  process.chdir(folder);
  mkdirSync(MACHINE, { recursive: true });
  const origin = await originOf();
  const env = vulkanEnv(join(folder, 'lib'));
  for (const name of ['LD_LIBRARY_PATH', ...DRIVER_VARIABLES]) if (env[name]) show(`${name}=${env[name]}\n`);
  const append = (file: string, line: object): void =>
    appendFileSync(join(MACHINE, file), `${JSON.stringify({ ...origin, ...line })}\n`);
  const parityFile = join(MACHINE, 'parity.jsonl');
  const parts = partsFor({ adapter, minutes, results: RESULTS, parityFile, fixtures: fixtureGroups() });
  const interruption = watchInterrupt((line) => show(`${line}\n`));
  const { signal } = interruption;
  const results: Result[] = [];
  for (const { name: part, steps, deadline } of parts.filter(({ name }) => only.length === 0 || only.includes(name))) {
    for (const step of steps) {
      const limit = deadline - elapsed();
      let result: Result = { part, step: step.name, outcome: 'left out', reason: 'no time was left', seconds: 0 };
      if (signal.aborted) result = { ...result, reason: 'stopped by Ctrl-C' };
      else if (limit >= SHORTEST) {
        show(`\n== ${part}: ${step.name}, at most ${limit.toFixed(0)} s\n$ ${step.program} ${step.args.join(' ')}\n`);
        const { findings, ...run } = await runStep(step, { app, env, limit, show, signal });
        if (findings) keepFindings(findings, (line) => append('doctor.jsonl', line));
        result = { part, step: step.name, ...run };
      }
      results.push(result);
      append('steps.jsonl', { kind: 'step', minutes, ...result });
    }
  }
  interruption.dispose();
  show(
    `\n${summaryOf(results, elapsed())}\nThe results are in ${join(folder, RESULTS)}. README.md says how to bring them home.\n`,
  );
  process.exitCode = results.some(({ outcome }) => outcome === 'failed')
    ? EXIT.failure
    : signal.aborted
      ? EXIT.interrupted
      : EXIT.ok;
}

/** Stores the findings of `unflat doctor --json` as a line, and shows the verdict. */
function keepFindings(text: string, append: (line: object) => void): void {
  let findings: { selfTest: { passed: boolean }[] };
  try {
    findings = JSON.parse(text) as typeof findings;
  } catch {
    return show(text); // cut off: the step crashed or was stopped, which the summary says
  }
  append({ kind: 'doctor', ...findings });
  const passed = findings.selfTest.filter((test) => test.passed).length;
  show(`${passed} of ${findings.selfTest.length} results agree with float64 on the CPU\n`);
}

/** A line for each step, and the verdict. */
function summaryOf(results: readonly Result[], seconds: number): string {
  const lines = results.map(
    ({ part, step, outcome, reason, seconds }) =>
      `  ${outcome.padEnd(8)} ${part}: ${step}${seconds > 0 ? `, ${seconds.toFixed(0)} s` : ''}${reason ? ` (${reason})` : ''}`,
  );
  const count = (wanted: Result['outcome']): number => results.filter(({ outcome }) => outcome === wanted).length;
  const counts = (['done', 'failed', 'stopped', 'left out'] as const).map((outcome) => `${count(outcome)} ${outcome}`);
  return `Summary, after ${seconds.toFixed(0)} s\n${lines.join('\n')}\n${counts.join(', ')}`;
}

function collectPart(text: string, before: readonly string[]): string[] {
  if (PART_NAMES.includes(text)) return [...before, text];
  throw new InvalidArgumentError(`There are: ${PART_NAMES.join(', ')}.`);
}

/** Parses a number of minutes that leaves time for steps. */
function parseMinutes(text: string): number {
  const minutes = parsePositive(text);
  if (minutes >= 1) return minutes;
  throw new InvalidArgumentError('Expected at least 1 minute.');
}

await new Command('run.sh')
  .description('Check and measure unflat on this machine. What does not fit into the time is left out, and named.')
  .option('--minutes <n>', 'time for all parts', parseMinutes, 8)
  .addOption(new Option('--quick', 'two minutes').implies({ minutes: 2 }))
  .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter’s name', 'auto')
  .option('--only <part>', `run this part alone; may be repeated: ${PART_NAMES.join(', ')}`, collectPart, [])
  .action(main)
  .parseAsync();
