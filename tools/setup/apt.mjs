/** Installs packages on Debian-like systems, where this user may. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backportsSource } from './debianSources.mjs';
import { capture, say, SetupError } from './process.mjs';

/** @typedef {string[]} Rights words before a command that run it with root's rights, such as sudo */

/** @returns {boolean} */
export function hasApt() {
  return existsSync('/usr/bin/apt-get');
}

/** @returns {Rights | undefined} undefined when this user is not root and sudo is absent or wants a password */
export function aptRights() {
  if (process.getuid?.() === 0) return [];
  return capture('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}

/**
 * @param {Rights} rights
 * @param {string[]} packages
 * @param {string} [suite] take them from this suite, which is added to apt's sources when they lack it
 */
export function aptInstall(rights, packages, suite) {
  const added = suite === undefined ? undefined : addSuite(rights, suite);
  say(`apt-get install ${packages.join(' ')}; this takes a minute`);
  // An unreachable source of another vendor does not matter here: the installation below decides.
  apt(rights, ['update']);
  const status = apt(rights, [
    'install',
    '--yes',
    '--no-install-recommends',
    ...(suite === undefined ? [] : ['--target-release', suite]),
    ...packages,
  ]);
  if (status === 0) return;
  // A source that does not work would make every later apt-get update complain.
  if (added !== undefined) asRoot(rights, ['rm', '-f', added]);
  throw new SetupError(
    `apt-get could not install ${packages.join(' ')}${suite === undefined ? '' : ` from ${suite}`}; ` +
      'its message is above. Check the sources below /etc/apt and the network, then repeat this command.',
  );
}

/**
 * Runs apt-get. Its output is shown only when it fails.
 * @param {Rights} rights
 * @param {string[]} args
 */
function apt(rights, args) {
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];
  const { status, stdout, stderr } = asRoot(rights, [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    ...options,
    ...args,
  ]);
  if (status !== 0) process.stderr.write(stdout + stderr);
  return status;
}

/**
 * @param {Rights} rights
 * @param {string[]} command
 * @param {string} [input]
 */
function asRoot(rights, command, input) {
  const [program, ...args] = [...rights, ...command];
  return capture(program, args, { input });
}

/**
 * @param {Rights} rights
 * @param {string} suite
 * @returns {string | undefined} the file that was written, undefined when the suite was there
 */
function addSuite(rights, suite) {
  const source = backportsSource(sourceFiles(), suite);
  if (source === undefined) return undefined;
  const path = join('/etc/apt/sources.list.d', source.name);
  say(`adding ${suite} to apt's sources: ${path}`);
  const written = asRoot(rights, ['tee', path], source.text);
  if (written.status !== 0) throw new SetupError(`cannot write ${path}: ${written.stderr.trim()}`);
  return path;
}

/** @returns {import('./debianSources.mjs').SourceFile[]} */
function sourceFiles() {
  const folder = '/etc/apt/sources.list.d';
  const parts = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return ['/etc/apt/sources.list', ...parts.sort()]
    .filter((path) => /\.(sources|list)$/.test(path) && existsSync(path))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}
