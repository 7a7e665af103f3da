/** Reads the comparisons with PyTorch that `npm run parity -- --json` stored. */
import { join } from 'node:path';
import { readJsonLines } from '../jsonLines.ts';
import type { ParityLine } from '../parity/report.ts';

/** The newest line of each fixture, in the order of the file; none when there is no file. */
export async function readParity(folder: string): Promise<ParityLine[]> {
  const lines = await readJsonLines<ParityLine>(join(folder, 'parity.jsonl'));
  return [...new Map(lines.map((line) => [line.fixture, line])).values()];
}
