/** The small trained weights that come with the package, wherever it is installed and however it was bundled. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from '../../../weights/index.ts';
import { UserError } from '../errors.ts';

/** What `--weights` calls them. */
export const BUNDLED = bundled.id;

/** Where they lie below a parent of the program: beside the bundle, or in the repository. */
const PLACES = ['tiny', bundled.folder];

/** Their folder: that of the nearest parent of this program that has one. @throws UserError if the package is incomplete */
export async function bundledFolder(program = fileURLToPath(import.meta.url)): Promise<string> {
  for (let parent = dirname(program); ; parent = dirname(parent)) {
    for (const folder of PLACES.map((place) => join(parent, place))) {
      if (await isThere(join(folder, 'config.json'))) return folder;
    }
    if (parent === dirname(parent)) {
      throw new UserError(`The weights ${BUNDLED} are not beside ${program} in a folder tiny.`, {
        hint: 'Install the package again, or copy node_modules/unflat/dist/tiny there if you bundled it; or name other weights.',
      });
    }
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
