/** Makes sure that node_modules holds exactly the packages of package-lock.json. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, say, SetupError } from './process.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 */

/**
 * Compares the lock file with npm's record of what it installed. Contents are compared, not times: a checkout touches files
 * without changing them. Exported for tests.
 * @param {Lock} wanted package-lock.json
 * @param {Lock} installed node_modules/.package-lock.json
 * @returns {string | undefined} the first difference, undefined when there is none
 */
export function firstDifference(wanted, installed) {
  for (const [path, { version, integrity, optional }] of Object.entries(wanted.packages)) {
    if (path === '') continue; // the project itself
    const found = installed.packages[path];
    if (found === undefined) {
      if (optional) continue; // a package for another platform
      return `${path} is missing`;
    }
    if (found.version !== version || found.integrity !== integrity) {
      return `${path} is ${found.version}, package-lock.json asks for ${version}`;
    }
  }
  const extra = Object.keys(installed.packages).find((path) => !(path in wanted.packages));
  return extra === undefined ? undefined : `${extra} is not in package-lock.json`;
}

/** Runs `npm ci` when node_modules differs from package-lock.json. */
export function ensurePackages() {
  const record = join(root, 'node_modules/.package-lock.json');
  const reason = existsSync(record)
    ? firstDifference(readLock(join(root, 'package-lock.json')), readLock(record))
    : 'node_modules is missing';
  if (reason === undefined) return;
  say(`installing npm packages (${reason})`);
  // --include=dev: with NODE_ENV=production npm would leave out the build's tools. No package here needs its install script.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npmProgram = process.env.npm_execpath; // set by `npm test`: the npm that started us
  const status = npmProgram?.endsWith('npm-cli.js')
    ? run(process.execPath, [npmProgram, ...args])
    : run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args);
  if (status !== 0) {
    throw new SetupError(`npm ci failed with status ${status}; its message is above. Run it by hand in ${root}.`);
  }
}

/** @param {string} path @returns {Lock} */
function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
