/** The comparisons with PyTorch that `npm run parity -- --json` left. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParityLine } from '../parity/report.ts';

/** The newest line of each fixture, in the order of the file. Nothing when there is no such file. */
export async function readParity(folder: string): Promise<ParityLine[]> {
  const text = await readFile(join(folder, 'parity.jsonl'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as ParityLine);
  return [...new Map(lines.map((line) => [line.fixture, line])).values()];
}
