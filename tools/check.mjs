/** Formatting (of WGSL too), lint and types: `node tools/check.mjs`. They run at the same time and report one after the other. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensurePackages } from './setup/packages.mjs';
import { isProgram, root, runTool } from './setup/process.mjs';

const checks = [
  {
    name: 'prettier',
    program: 'node_modules/prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', '.'],
  },
  { name: 'wgsl', program: 'tools/wgsl.mjs', args: [] },
  { name: 'eslint', program: 'node_modules/eslint/bin/eslint.js', args: ['--max-warnings', '0', '.'] },
  { name: 'tsc', program: 'node_modules/typescript/bin/tsc', args: ['--noEmit', '-p', '.'] },
];

/** @returns {Promise<string[]>} names of the checks that failed; their output is printed */
export async function failedChecks() {
  const running = checks.map(({ program, args }) => runQuietly(join(root, program), args));
  const failed = [];
  for (const [i, { name }] of checks.entries()) {
    const { status, output } = await running[i];
    process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}\n${output}`);
    if (status !== 0) failed.push(name);
  }
  return failed;
}

export const numChecks = checks.length;

/**
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ status: number, output: string }>}
 */
function runQuietly(program, args) {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? 128, output }));
  });
}

if (isProgram(import.meta.url)) {
  await runTool(async () => {
    ensurePackages();
    return (await failedChecks()).length === 0 ? 0 : 1;
  });
}
