/**
 * Stands in for `vitest` in the browser bundle: the same runner and the same `expect`, without the Node program around
 * them. Test files of kernels run in Chromium as they are.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
  type ExpectStatic,
} from '@vitest/expect';
import { startTests, type Suite, type Test, type VitestRunner, type VitestRunnerConfig } from '@vitest/runner';
import { getTests } from '@vitest/runner/utils';
import { spyOn } from '@vitest/spy';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } from '@vitest/runner';

/** The parts of vitest's `vi` that tests of this project use. */
export const vi = { spyOn };

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const plainExpect = (value: unknown, message?: string): Chai.Assertion => {
  const { assertionCalls } = getState(expect);
  setState({ assertionCalls: assertionCalls + 1 }, expect);
  return chai.expect(value, message);
};

export const expect = Object.assign(
  plainExpect,
  chai.expect,
  (globalThis as unknown as Record<symbol, object>)[ASYMMETRIC_MATCHERS_OBJECT],
) as unknown as ExpectStatic;
setState({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null }, expect);

const config: VitestRunnerConfig = {
  root: '/',
  setupFiles: [],
  name: undefined,
  passWithNoTests: false,
  testNamePattern: undefined,
  allowOnly: false,
  sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
  chaiConfig: undefined,
  maxConcurrency: 1,
  testTimeout: 300_000,
  hookTimeout: 300_000,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  tagsFilter: undefined,
  strictTags: false,
};

export interface Outcome {
  name: string;
  state: 'passed' | 'failed' | 'skipped';
  /** Why it failed. */
  problem?: string;
}

/** Runs one test file: `load` imports it, which registers its tests. */
export async function runFile(path: string, load: () => Promise<unknown>): Promise<Outcome[]> {
  const runner: VitestRunner = { config, importFile: load };
  const [file] = await startTests([path], runner);
  const outcomes = getTests(file).map((task) => outcomeOf(task, nameOf(task)));
  // A file has errors of its own if it did not load or a hook failed.
  return file.result?.errors?.length ? [outcomeOf(file, path), ...outcomes] : outcomes;
}

function outcomeOf({ result, mode }: Test | Suite, name: string): Outcome {
  if (result?.state === 'pass') return { name, state: 'passed' };
  if (mode === 'skip' || mode === 'todo') return { name, state: 'skipped' };
  const messages = result?.errors?.map(({ message }) => message) ?? [];
  return { name, state: 'failed', problem: messages.join('\n') || `did not finish: ${result?.state ?? mode}` };
}

function nameOf(task: Test): string {
  const names = [task.name];
  for (let suite = task.suite; suite?.name; suite = suite.suite) names.unshift(suite.name);
  return names.join(' > ');
}
