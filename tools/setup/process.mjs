/** Starts the child processes of the tools: one function to start them, one class of error, one environment. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, whatever the current folder is. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** A step of the set-up failed. The message is one line: what is missing, and what to run. */
export class SetupError extends Error {}

/** @param {string} text a line about progress. It goes to stderr: stdout belongs to the command that runs next. */
export function say(text) {
  process.stderr.write(`unflat: ${text}\n`);
}

/** @type {string | undefined} */
let runtimeDir;

/**
 * The environment for programs that open a Vulkan device. Drivers complain when XDG_RUNTIME_DIR is unset. It must be a private
 * folder, so a temporary one is made, which is removed when this process exits.
 * @returns {NodeJS.ProcessEnv}
 */
export function deviceEnv() {
  if (process.env.XDG_RUNTIME_DIR) return process.env;
  if (runtimeDir === undefined) {
    const created = mkdtempSync(join(tmpdir(), 'unflat-run-'));
    process.on('exit', () => rmSync(created, { recursive: true, force: true }));
    runtimeDir = created;
  }
  return { ...process.env, XDG_RUNTIME_DIR: runtimeDir };
}

/**
 * Runs a program in the repository with our own stdin, stdout and stderr.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {number} its exit status; 127 when it could not be started, 128 when a signal ended it
 */
export function run(program, args, env = process.env) {
  return status(spawnSync(program, args, { cwd: root, env, stdio: 'inherit' }));
}

/**
 * Runs a program and keeps what it prints.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, input?: string, timeoutMs?: number }} [options]
 * @returns {{ status: number, stdout: string, stderr: string }} status as of `run`
 */
export function capture(program, args, options = {}) {
  const { env = process.env, input = '', timeoutMs } = options;
  const child = spawnSync(program, args, {
    cwd: root,
    env,
    input,
    timeout: timeoutMs,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return { status: status(child), stdout: child.stdout ?? '', stderr: child.stderr ?? '' };
}

/** @param {{ status: number | null, signal: NodeJS.Signals | null, error?: Error }} child */
function status(child) {
  if (child.status !== null) return child.status;
  return child.signal === null ? 127 : 128;
}

/**
 * @param {string} moduleUrl `import.meta.url` of the calling module
 * @returns {boolean} whether that module is the program that `node` was asked to run
 */
export function isProgram(moduleUrl) {
  const program = process.argv[1];
  return program !== undefined && realpathSync(program) === realpathSync(fileURLToPath(moduleUrl));
}

/**
 * Runs the body of a tool. Its result is the exit status; a SetupError prints its one line and exits with 1.
 * @param {() => Promise<number>} body
 */
export async function runTool(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
