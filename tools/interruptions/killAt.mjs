/**
 * Loaded before a program (`node --import`), it disturbs the program's changes to the file system: with UNFLAT_KILL_AT it kills the
 * program, as `kill -9` does, when it is about to make the n-th; with UNFLAT_FAIL (ENOSPC, EROFS) each of them fails, as on a full or
 * a read-only disk. With UNFLAT_COUNT it writes into that file how many there were.
 */
import { writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { constants } from 'node:os';

const { UNFLAT_KILL_AT, UNFLAT_FAIL, UNFLAT_COUNT } = process.env;
const CHANGES = [
  ...['appendFile', 'copyFile', 'link', 'mkdir', 'open', 'rename', 'rm', 'rmdir', 'unlink', 'utimes', 'writeFile'],
];

let changes = 0;
const methods = /** @type {Record<string, (...args: unknown[]) => unknown>} */ (/** @type {unknown} */ (promises));
for (const name of CHANGES) {
  const original = methods[name];
  methods[name] = (...args) => {
    const isReading = name === 'open' && (args[1] ?? 'r') === 'r';
    if (isReading) return original(...args);
    if (++changes === Number(UNFLAT_KILL_AT)) process.kill(process.pid, 'SIGKILL');
    return UNFLAT_FAIL === undefined ? original(...args) : Promise.reject(failure(UNFLAT_FAIL, name, args[0]));
  };
}
// What modules have imported by name is replaced, too.
syncBuiltinESMExports();
if (UNFLAT_COUNT !== undefined) process.on('exit', () => writeFileSync(UNFLAT_COUNT, String(changes)));

/**
 * An error as the system gives it.
 * @param {string} code
 * @param {string} syscall
 * @param {unknown} path
 */
function failure(code, syscall, path) {
  const errno = -(/** @type {Record<string, number>} */ (constants.errno)[code]);
  return Object.assign(new Error(`${code}: ${syscall} '${String(path)}'`), { code, errno, syscall, path });
}
