/** The table of docs/gpu-kernels.md, and what `npm run isa` prints. */
import { markdownTable, withMarked } from '../markdown.ts';
import { histories, type IsaLine, percent } from './lines.ts';

const HEADER = ['program', 'case', 'VGPR', 'spills', 'LDS', 'waves', 'multiply-adds', 'vector', 'LDS loads', 'roof'];

/** A row per line. */
export const isaTable = (lines: readonly IsaLine[]): string =>
  markdownTable(
    HEADER,
    lines.map((line) => [nameOf(line), `${line.kernel} ${line.shape}`, ...cellsOf(line)]),
  );

/** Programs with a roof: the first and the last line of each, those with equal numbers in one row. */
function changesTable(lines: readonly IsaLine[]): string {
  const rows = new Map<string, { cells: string[]; cases: string[] }>();
  for (const history of histories(lines).values()) {
    const last = history[history.length - 1];
    const first = history[0];
    if (first.roof === null && last.roof === null) continue;
    const [before, after] = [first, last].map((line) => [nameOf(line), ...cellsOf(line)]);
    const cells = after.map((cell, i) => (before[i] === cell ? cell : `${before[i]} → ${cell}`));
    const key = cells.join('|');
    const row = rows.get(key) ?? { cells, cases: [] };
    row.cases.push(last.kernel === last.program ? last.shape : `${last.kernel} ${last.shape}`);
    rows.set(key, row);
  }
  const [program, , ...rest] = HEADER;
  return markdownTable(
    [program, ...rest, 'cases'],
    [...rows.values()].map(({ cells, cases }) => [...cells, cases.join('; ')]),
  );
}

const nameOf = ({ program, variant }: IsaLine): string => (variant === null ? program : `${program} ${variant}`);

function cellsOf({ vgprs, spills, ldsBytes, waves, counted, roof, boundBy }: IsaLine): string[] {
  const loads = Object.entries(counted.sharedLoads).map(([bits, count]) => `${count} x ${Number(bits) / 8} B`);
  return [
    ...[vgprs, spills, ldsBytes, waves, counted.multiplyAdds, counted.vector].map(String),
    loads.join(', ') || '0',
    roof === null ? boundBy : `${percent(roof)}, ${boundBy}`,
  ];
}

/** @returns the document with a new table between its two marks. @throws Error if it lacks them */
export const withTable = (document: string, lines: readonly IsaLine[]): string =>
  withMarked(document, 'npm run isa:table', changesTable(lines));
