/** Finds files that come with the package, wherever it is installed or bundled. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The first of the paths that exists in the folder of the program, or in the nearest folder above it.
 * @param program path of the running file
 * @param paths relative to a folder
 * @returns undefined if there is none up to the root
 */
export async function nearestOf(program: string, paths: readonly string[]): Promise<string | undefined> {
  for (let folder = dirname(program); ; folder = dirname(folder)) {
    for (const path of paths.map((path) => join(folder, path))) if (await isThere(path)) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
