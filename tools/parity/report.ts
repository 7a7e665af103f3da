/** What a comparison prints. */
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
  const misses = fixture.lines.filter((l) => !l.ok).length + fixture.forgotten.length;
  // How much of its bound the worst tensor uses.
  const share = Math.max(0, ...fixture.lines.filter((l) => l.bound > 0).map((l) => l.maxError / l.bound));
  const verdict = fixture.ok ? 'PASS' : 'FAIL';
  console.log(
    `${verdict} ${path}: ${fixture.lines.length} comparisons, ${misses} missed, worst at ${(100 * share).toFixed(0)} % of its bound, ${(ms / 1000).toFixed(1)} s`,
  );
}
