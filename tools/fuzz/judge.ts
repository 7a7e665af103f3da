/** Judges what a reader did with a case. */
import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import { WeightsError } from '../../weights/errors.ts';
import { messageOf, UserError } from '../../src/host/errors.ts';
import type { Case, Cases, Files } from './target.ts';

export type Outcome =
  | { readonly kind: 'accepted' | 'refused' }
  /** `problem` says what is wrong with the reader; it is the same for cases that meet one fault. */
  | { readonly kind: 'failure'; readonly problem: string };

/** Reads a case. @param free bytes that it may take besides what its files are worth */
export async function judge(cases: Cases, { files, allowed }: Case, free: number): Promise<Outcome> {
  const started = performance.now();
  if (judged++ % REFRESH === 0) taken = mostMemory();
  let outcome: Outcome;
  try {
    const result = await cases.read(files);
    const isRight = allowed?.includes(result) ?? true;
    outcome = isRight ? { kind: 'accepted' } : failure('a result from a broken file');
  } catch (error) {
    const problem = wrongError(error, files);
    outcome = problem === undefined ? { kind: 'refused' } : failure(problem);
  }
  if (outcome.kind === 'failure') return outcome;
  const polluted = Object.keys(Object.prototype);
  if (polluted.length > 0) return failure(`Object.prototype has ${polluted.join(', ')}`);
  // To ask costs more than most cases take, and to fill much memory takes longer than they do.
  if (performance.now() - started < SLOW) return outcome;
  const size = Object.values(files).reduce((sum, bytes) => sum + bytes.length, 0);
  const before = taken;
  taken = mostMemory();
  return taken - before > free + WORTH * size ? failure('memory') : outcome;
}

/** Bytes of memory that a byte of a file may take. */
const WORTH = 64;

/** The most memory that this process ever had, in bytes. What a case adds to it is not what earlier ones left behind. */
const mostMemory = (): number => process.resourceUsage().maxRSS * 1024;

/** Milliseconds of a case after which its memory is looked at, and cases after which that of all before is. */
const [SLOW, REFRESH] = [15, 200];
let judged = 0;
let taken = 0;

const failure = (problem: string): Outcome => ({ kind: 'failure', problem });

/** Longest message, in characters, that is still read. */
const LONGEST = 4000;
const BUGS = ['TypeError', 'RangeError', 'ReferenceError'];

/** What is wrong with an error that a user gets; undefined if it says what is wrong, where, and what to do. */
function wrongError(error: unknown, files: Files): string | undefined {
  if (!(error instanceof UserError || error instanceof WeightsError)) {
    return `${nameOf(error)}: ${place(error)}`;
  }
  const hidden = causes(error).find((cause) => BUGS.includes(nameOf(cause)));
  if (hidden !== undefined) return `a hidden ${nameOf(hidden)}: ${place(hidden)}`;
  const hint = error instanceof UserError ? error.hint : error.problem.advice;
  const text = `${error.message}\n${hint ?? ''}`;
  const where = place(error);
  if (!Object.keys(files).some((name) => text.includes(basename(name))))
    return `a message without the file’s name: ${where}`;
  if (hint === undefined && !/\bExpected\b|\bexpected\b|\bmust\b/.test(text)) return `no word of what to do: ${where}`;
  if (text.length > LONGEST) return `a message of more than ${LONGEST} characters: ${where}`;
  // What a terminal takes for commands.
  if (/[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/.test(text)) return `control characters in a message: ${where}`;
  if (/\[object |is not a function|Cannot read prop|\bundefined\b/.test(text)) return `a bug’s words: ${where}`;
  return undefined;
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let at = error; at instanceof Error && !found.includes(at); at = at.cause) found.push(at);
  return found;
}

/** The functions that threw: faults with the same ones are one fault. */
function place(error: unknown): string {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  const functions = frames.map((line) => /at (?:async )?(?:new )?([\w.#$<>]+)/.exec(line)?.[1] ?? '?');
  return functions.slice(0, 3).join(' < ') || messageOf(error);
}
