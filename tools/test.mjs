/**
 * Everything that must hold, on any machine: `node tools/test.mjs [FILTER...]`. Set-up, build, format, lint, types, and all
 * tests (or those whose path has a FILTER in it). The last line is `N passed, N failed`, each check counted as one.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { failedChecks, numChecks } from './check.mjs';
import { setup } from './setup.mjs';
import { deviceEnv, root, run, runTool } from './setup/process.mjs';

/** @typedef {{ name: string, status: string, message?: string, assertionResults: { status: string, fullName: string }[] }} TestFile */

await runTool(async () => {
  await setup({ browser: true });
  const failures = await failedChecks();
  const tests = runVitest(process.argv.slice(2));
  failures.push(...tests.failures);
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
  const passed = tests.passed + numChecks - (failures.length - tests.failures.length);
  process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
  return failures.length === 0 ? 0 : 1;
});

/**
 * @param {string[]} filters
 * @returns {{ passed: number, failures: string[] }}
 */
function runVitest(filters) {
  const folder = join(root, '.cache');
  const report = join(folder, 'vitest.json');
  mkdirSync(folder, { recursive: true });
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = run(process.execPath, [vitest, 'run', ...reporters, ...filters], deviceEnv());
  if (!existsSync(report)) return { passed: 0, failures: [`vitest ended with status ${status} and no report`] };

  /** @type {{ testResults: TestFile[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const failures = testResults.flatMap(failuresOf);
  // An error outside any test, such as a rejection nobody awaited, shows in the status alone.
  if (status !== 0 && failures.length === 0) failures.push(`vitest ended with status ${status}`);
  const passed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'passed'),
  );
  return { passed: passed.length, failures };
}

/**
 * A test that did not run proves nothing. On Linux all of them run; elsewhere those about Linux may be skipped.
 * @param {TestFile} file
 */
function failuresOf({ name, status, message, assertionResults }) {
  const path = relative(root, name);
  const failures = assertionResults
    .filter(({ status }) => status === 'failed' || (status !== 'passed' && process.platform === 'linux'))
    .map(({ status, fullName }) => `${path}: ${fullName} (${status})`);
  if (status === 'failed' && failures.length === 0) failures.push(`${path}: ${message || 'did not load'}`);
  return failures;
}
