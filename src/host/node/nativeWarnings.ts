/**
 * Keeps two harmless lines of Dawn off the terminal. When Dawn first looks at a Vulkan driver it clamps two limits that no one here
 * uses, and tells so from C++, straight to file descriptor 2: "Warning: maxDynamicStorageBuffersPerPipelineLayout artificially
 * reduced from 1000000 to 16 ...". Dawn has no option, toggle or callback that turns this off.
 *
 * So descriptor 2 leads to a temporary file during the one synchronous call that writes them; every other line is passed on
 * afterwards. Node cannot duplicate a descriptor (dup2), it can only close 2 and open another file, which gets the lowest free
 * number. That is safe under conditions, and where one is missing the lines are left alone:
 * - Linux, the only system on which Dawn runs on Vulkan by default;
 * - standard error is a terminal, a pipe, or a file that is appended to: a socket cannot be opened again, and any other file would
 *   lose its position;
 * - nothing else of this process opens files at that moment: this is the main thread, and no work of Node's is under way.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { isMainThread } from 'node:worker_threads';

const STDERR = 2;

/** What Dawn writes, and nobody has to know. */
const HARMLESS = /^Warning: maxDynamic(Uniform|Storage)BuffersPerPipelineLayout artificially reduced from .*\n?/gm;

/** The text without the lines that nobody has to know. Exported for tests. */
export const withoutHarmless = (text: string): string => text.replace(HARMLESS, '');

/** Work of Node's that opens no file: it may be under way. */
const OPENS_NOTHING =
  /^(CloseReq|TTYWrap|PipeWrap|PipeServerWrap|TCPSocketWrap|TCPServerWrap|UDPWrap|Timeout|Immediate|SignalWrap|MessagePort)$/;

/**
 * Runs a synchronous call of native code; harmless lines that it writes to standard error do not appear.
 * @returns what the call gives
 */
export function withoutNativeWarnings<T>(call: () => T): T {
  if (!canRedirect()) return call();
  const path = join(tmpdir(), `unflat-${process.pid}-${process.hrtime.bigint()}.log`);
  let kept: number | undefined;
  let log: number | undefined;
  try {
    // Both are open before anything is closed: from then on nothing can fail but the process itself.
    kept = reopen(STDERR);
    log = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, 0o600);
  } catch {
    if (kept !== undefined) closeSync(kept);
    return call();
  }
  let written = '';
  try {
    return redirected(log, kept, call);
  } finally {
    written = withoutHarmless(readFileSync(path, 'utf8'));
    closeSync(kept);
    closeSync(log);
    unlinkSync(path);
    if (written) writeSync(STDERR, written);
  }
}

/** Runs `call` while descriptor 2 is a second opening of `log`; then it is a second opening of `kept`. */
function redirected<T>(log: number, kept: number, call: () => T): T {
  replaceStderr(log);
  try {
    return call();
  } finally {
    replaceStderr(kept);
  }
}

function replaceStderr(by: number): void {
  closeSync(STDERR);
  reopen(by);
}

/** Opens what a descriptor leads to once more; the system gives the lowest free number. */
const reopen = (descriptor: number): number =>
  openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY);

/** Whether a descriptor leads to a file that every write extends: opened again, it goes on where it was. */
function appends(descriptor: number): boolean {
  const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))![1];
  return fstatSync(descriptor).isFile() && (parseInt(flags, 8) & constants.O_APPEND) !== 0;
}

function canRedirect(): boolean {
  if (process.platform !== 'linux' || !isMainThread) return false;
  if (!process.getActiveResourcesInfo().every((name) => OPENS_NOTHING.test(name))) return false;
  try {
    // With 0 or 1 closed, a file that is opened would get that number instead of 2.
    fstatSync(0);
    fstatSync(1);
    return isatty(STDERR) || fstatSync(STDERR).isFIFO() || appends(STDERR);
  } catch {
    return false;
  }
}
