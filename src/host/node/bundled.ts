/** Finds the tiny weights that come with the package, wherever it is installed or bundled. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from '../../../weights/index.ts';
import { UserError } from '../errors.ts';

/** Their name for `--weights`. */
export const BUNDLED = bundled.id;

/** Possible folders, relative to a parent folder of the program: next to the bundle, or in the repository. */
const PLACES = ['tiny', bundled.folder];

/** The nearest such folder above the program. @throws UserError if there is none */
export async function bundledFolder(program = fileURLToPath(import.meta.url)): Promise<string> {
  for (let parent = dirname(program); ; parent = dirname(parent)) {
    for (const folder of PLACES.map((place) => join(parent, place))) {
      if (await isThere(join(folder, 'config.json'))) return folder;
    }
    if (parent === dirname(parent)) {
      throw new UserError(`The ${BUNDLED} weights are not in a folder tiny next to ${program}.`, {
        hint: 'Install the package again. If you bundled it, copy node_modules/unflat/dist/tiny there. Or use other weights.',
      });
    }
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
