/**
 * Hides two harmless warnings of Dawn. When Dawn first queries a Vulkan driver, it clamps two limits that are not used here, and
 * writes warnings from C++ to file descriptor 2: "Warning: maxDynamicStorageBuffersPerPipelineLayout artificially reduced from
 * 1000000 to 16 ...". Dawn has no option, toggle or callback that turns them off.
 *
 * So descriptor 2 points to a temporary file during the one synchronous call that writes them. Every other line is written to
 * standard error afterwards. Node cannot duplicate a descriptor (dup2). It can only close descriptor 2 and open another file,
 * which gets the lowest free number. This is safe only under these conditions; otherwise the warnings are not hidden:
 * - The system is Linux, the only one on which Dawn uses Vulkan by default.
 * - Standard error is a terminal, a pipe or a file that is appended to. A socket cannot be opened again, and any other file
 *   would lose its position.
 * - Nothing else in this process opens files at that moment: this is the main thread, and Node has no pending work.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { isMainThread } from 'node:worker_threads';

const STDERR = 2;

/** The warnings to hide. */
const HARMLESS = /^Warning: maxDynamic(Uniform|Storage)BuffersPerPipelineLayout artificially reduced from .*\n?/gm;

/** Removes the harmless warnings from a text. */
export const withoutHarmless = (text: string): string => text.replace(HARMLESS, '');

/** Resources of Node that open no file, so that they may be active. */
const OPENS_NOTHING =
  /^(CloseReq|TTYWrap|PipeWrap|PipeServerWrap|TCPSocketWrap|TCPServerWrap|UDPWrap|Timeout|Immediate|SignalWrap|MessagePort)$/;

/**
 * Runs a synchronous call of native code, and hides the harmless warnings that it writes to standard error.
 * @returns the result of the call
 */
export function withoutNativeWarnings<T>(call: () => T): T {
  if (!canRedirect()) return call();
  const path = join(tmpdir(), `unflat-${process.pid}-${process.hrtime.bigint()}.log`);
  let kept: number | undefined;
  let log: number | undefined;
  try {
    // Both files are open before anything is closed, so that the steps after this cannot fail.
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

/** Runs `call` while descriptor 2 writes to `log`. Afterwards it writes to `kept` again. */
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

/** Opens the file of a descriptor again. The system assigns the lowest free number. */
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
    // If descriptor 0 or 1 were closed, a newly opened file would get that number instead of 2.
    fstatSync(0);
    fstatSync(1);
    return isatty(STDERR) || fstatSync(STDERR).isFIFO() || appends(STDERR);
  } catch {
    return false;
  }
}
