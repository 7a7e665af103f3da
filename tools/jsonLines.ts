/** Reads files of JSON lines, which hold measurements. */
import { readFile } from 'node:fs/promises';

/** The lines of a file in their order; none when there is no file yet. */
export async function readJsonLines<Line>(file: string): Promise<Line[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Line);
}
