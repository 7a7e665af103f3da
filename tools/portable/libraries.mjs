/** Finds programs of this machine and the shared libraries that they need, to carry them to another machine. */
import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { capture, SetupError } from '../setup/process.mjs';

/** Libraries of glibc, which every machine brings: they belong to its kernel and its dynamic loader. */
const GLIBC = /^(linux-vdso|ld-linux.*|lib(c|m|dl|pthread|rt|resolv|util))\.so/;

/**
 * @param {string} name
 * @returns {string | undefined} path of the program, undefined if PATH does not have it
 */
export function programPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  return found && realpathSync(found);
}

/**
 * @param {string} name such as libvulkan.so.1
 * @returns {string | undefined} path of the 64-bit library, undefined if the dynamic loader does not know it
 */
export function libraryPath(name) {
  const program = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find(isExecutable) ?? 'ldconfig';
  const lines = capture(program, ['-p']).stdout.split('\n');
  return lines.find((line) => line.trim().startsWith(`${name} (libc6,x86-64`))?.split(' => ')[1];
}

/**
 * The libraries that files need, of the second order too, without those of glibc.
 * @param {string[]} files programs or libraries
 * @returns {string[]} paths
 * @throws SetupError if one is missing here
 */
export function neededLibraries(files) {
  const paths = files.flatMap((file) => {
    const { status, stdout, stderr } = capture('ldd', [file]);
    if (/statically linked|not a dynamic executable/.test(stdout + stderr)) return [];
    const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
    const missing = lines.find((words) => words.includes('not'))?.[0];
    if (status !== 0 || missing)
      throw new SetupError(`${file} needs ${missing ?? 'ldd, which failed'}: ${stderr.trim()}`);
    return lines.filter(([name, arrow]) => arrow === '=>' && !GLIBC.test(name)).map((words) => words[2]);
  });
  return [...new Set(paths)];
}

/**
 * The oldest glibc that has all symbols of the files.
 * @param {string[]} files programs or libraries
 * @returns {string} such as 2.34
 */
export function neededGlibc(files) {
  const minors = files.flatMap((file) =>
    Array.from(
      readFileSync(file)
        .toString('latin1')
        .matchAll(/GLIBC_2\.(\d+)/g),
      ([, minor]) => Number(minor),
    ),
  );
  if (minors.length === 0)
    throw new SetupError(`no symbols of glibc in ${files.map((file) => basename(file)).join(', ')}.`);
  return `2.${Math.max(...minors)}`;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent, or not executable for this user
  }
}
