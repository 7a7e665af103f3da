/** The terminal of a command: standard output, standard error, and the person in front of it. */
import { createInterface } from 'node:readline/promises';
import { EXIT } from '../host/errors.ts';
import { reasonOf } from '../host/node/fileErrors.ts';

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** The stream of `err` when a person watches it: bars are drawn there. */
  screen?: NodeJS.WriteStream;
  /** Asks the person at the terminal, when there is one. */
  ask?(question: string): Promise<string>;
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  ...(process.stderr.isTTY && { screen: process.stderr }),
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask: askPerson }),
};

/**
 * Handles errors of standard output. A reader that has seen enough (`unflat ... | head`) is no error: the rest is not printed. Any
 * other failure, such as a full disk, is said on standard error. Of standard error itself nothing can be said.
 * @returns whether standard output failed so far. When it fails later, the exit code of the process is set
 */
export function watchStreams({ stdout, stderr } = process): () => boolean {
  let failed = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || failed) return;
    failed = true;
    process.exitCode = EXIT.failure;
    stderr.write(`error: Standard output cannot be written: ${reasonOf(error)}.\n`);
  });
  stderr.on('error', () => undefined);
  return () => failed;
}

/** Asks a question. Ctrl-C and the end of the input give an empty answer. */
async function askPerson(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve, reject) => {
      lines.on('close', () => resolve(''));
      lines.question(question).then(resolve, reject);
    });
  } finally {
    lines.close();
  }
}
