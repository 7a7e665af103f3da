/** Output of a comparison: lines for the terminal, and a line of JSON for each file. */
import { appendFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Origin } from '../origin.ts';
import type { Line } from './compare.ts';
import type { Fixture } from './fixture.ts';

const number = (x: number): string => (Number.isNaN(x) ? '-' : x === 0 ? '0' : x.toExponential(1)).padStart(8);

const row = (l: Line): string =>
  `${l.ok ? '  ok ' : 'MISS '} ${l.name.padEnd(44)} ${l.how.padEnd(8)} max ${number(l.maxError)}  NMSE ${number(l.nmse)}  bound ${number(l.bound)}` +
  (l.note ? `  ${l.note}` : '');

/** A line per tensor. */
export function printLines(fixture: Fixture, verbose: boolean): void {
  for (const line of fixture.lines) if (verbose || !line.ok || !fixture.kind.startsWith('ops.')) console.log(row(line));
  for (const name of fixture.forgotten) console.log(`MISS  ${name.padEnd(44)} was not compared`);
}

/** A line per file. */
export function printVerdict(path: string, fixture: Fixture, ms: number): void {
  const verdict = fixture.ok ? 'PASS' : 'FAIL';
  console.log(
    `${verdict} ${path}: ${fixture.lines.length} comparisons, ${missesOf(fixture)} missed, worst at ${(100 * worstShare(fixture)).toFixed(0)} % of its bound, ${(ms / 1000).toFixed(1)} s`,
  );
}

const missesOf = (fixture: Fixture): number => fixture.lines.filter((l) => !l.ok).length + fixture.forgotten.length;

/** The largest ratio of error to bound over all tensors. */
const worstShare = (fixture: Fixture): number =>
  Math.max(0, ...fixture.lines.filter((l) => l.bound > 0).map((l) => l.maxError / l.bound));

/** A comparison with one file, as a line of JSON. */
export interface ParityLine extends Origin {
  readonly kind: 'parity';
  /** The command that made the line. */
  readonly command: string;
  readonly fixture: string;
  readonly adapter: string;
  readonly ok: boolean;
  readonly comparisons: number;
  readonly misses: number;
  /** The largest ratio of error to bound over all tensors; 0..1 if all agree. */
  readonly worstShare: number;
  readonly seconds: number;
  readonly tensors: readonly Line[];
}

/** Appends the comparison to a file of JSON lines. */
export async function appendParity(
  file: string,
  fixture: Fixture,
  about: Origin & Pick<ParityLine, 'command' | 'adapter' | 'seconds'> & { readonly path: string },
): Promise<void> {
  const { path, ...rest } = about;
  const line: ParityLine = {
    kind: 'parity',
    fixture: basename(path, '.safetensors'),
    ...rest,
    ok: fixture.ok,
    comparisons: fixture.lines.length,
    misses: missesOf(fixture),
    worstShare: worstShare(fixture),
    tensors: fixture.lines,
  };
  await appendFile(file, `${JSON.stringify(line)}\n`);
}
