/** Results as a table in the terminal. */
import type { Line } from './lines.ts';
import type { Verdict } from './targets.ts';

const COLUMNS = [-15, -58, -10, 9, 10, 9, 9, 8, 7, 8, 9];

const row = (cells: string[]): string =>
  cells
    .map((cell, i) => (COLUMNS[i] < 0 ? cell.padEnd(-COLUMNS[i]) : cell.padStart(COLUMNS[i])))
    .join(' ')
    .trimEnd();

export const HEADER = row([
  'kernel',
  'shape',
  'variant',
  'cold ms',
  'median ms',
  'p90 ms',
  'GFLOP/s',
  'GB/s',
  'share',
  'times',
  'points/s',
]);

/** @param beside all lines of the case. The column `times` compares a line with the chosen variant: 1 / 10 is ten times as slow. */
export function formatLine(line: Line, beside: readonly Line[]): string {
  const { pointsPerSecond } = line;
  const own = beside.find(({ chosen }) => chosen);
  return row([
    line.kernel,
    line.shape,
    line.variant ?? '',
    line.coldMs.toFixed(0),
    ...[line.medianMs, line.p90Ms].map((ms) => ms.toFixed(3)),
    line.gflops.toFixed(1),
    line.gigabytesPerSecond?.toFixed(2) ?? '',
    `${(100 * line.share).toFixed(0)} %`,
    own && own !== line ? `1 / ${(line.medianMs / own.medianMs).toFixed(1)}` : '',
    pointsPerSecond === undefined ? '' : `${Number(pointsPerSecond.toPrecision(3))}`,
  ]);
}

export const formatVerdict = ({ target, ownMs, otherMs, times, met }: Verdict): string =>
  `${met ? 'pass' : 'FAIL'}  ${target.what}: ${times.toFixed(2)} times as fast, wanted ${target.times} ` +
  `(${ownMs.toFixed(3)} ms against ${otherMs.toFixed(3)} ms)`;
