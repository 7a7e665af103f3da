/**
 * Runs all checks on any machine: `node tools/test.mjs [FILTER...]`. Set-up, build, format, lint, types, and all tests (or those
 * whose path contains a FILTER). The last line is `N passed, N failed`; each check counts as one.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { failedChecks, numChecks } from './check.mjs';
import { setup } from './setup.mjs';
import { deviceEnv, root, run, runTool } from './setup/process.mjs';

/** @typedef {{ name: string, status: string, message?: string, assertionResults: { status: string, fullName: string }[] }} TestFile */

await runTool(async () => {
  await setup({ browser: true });
  const checks = await failedChecks();
  const tests = runVitest(process.argv.slice(2));
  // In continuous integration a skipped test is a failure: its software adapter has everything that tests need. Other machines
  // may lack a feature that a test is about.
  const failures = [...checks, ...tests.failures, ...(process.env.CI ? tests.skipped : [])];
  for (const name of tests.skipped) process.stdout.write(`skipped ${name}\n`);
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
  const passed = tests.passed + numChecks - checks.length;
  process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
  return failures.length === 0 ? 0 : 1;
});

/**
 * @param {string[]} filters
 * @returns {{ passed: number, failures: string[], skipped: string[] }}
 */
function runVitest(filters) {
  const folder = join(root, '.cache');
  const report = join(folder, 'vitest.json');
  mkdirSync(folder, { recursive: true });
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = run(process.execPath, [vitest, 'run', ...reporters, ...filters], deviceEnv());
  if (!existsSync(report)) {
    return { passed: 0, failures: [`vitest ended with status ${status} and no report`], skipped: [] };
  }

  /** @type {{ testResults: TestFile[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({ status, name: `${relative(root, name)}: ${fullName}` })),
  );
  const failures = tests.filter(({ status }) => status === 'failed').map(({ name }) => name);
  for (const { name, status, message, assertionResults } of testResults) {
    if (status !== 'failed' || assertionResults.some(({ status }) => status === 'failed')) continue;
    failures.push(`${relative(root, name)}: ${message || 'did not load'}`);
  }
  // An error outside of tests, such as an unhandled rejection, shows only in the status.
  if (status !== 0 && failures.length === 0) failures.push(`vitest ended with status ${status}`);
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failures,
    skipped: tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ name }) => name),
  };
}
