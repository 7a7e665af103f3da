/** Finds what comes with the package: the tiny weights, and the template of the page that shows a result. */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from '../../../weights/index.ts';
import { UserError } from '../errors.ts';
import { nearestOf } from './nearest.ts';

/** Name of the tiny weights for `--weights`. */
export const BUNDLED = bundled.id;

const self = (): string => fileURLToPath(import.meta.url);

/** The folder of the tiny weights: next to the bundle, or in the repository. @throws UserError if there is none */
export async function bundledFolder(program = self()): Promise<string> {
  const config = await nearestOf(program, ['tiny/config.json', `${bundled.folder}/config.json`]);
  if (config !== undefined) return dirname(config);
  throw new UserError(`The ${BUNDLED} weights are not in a folder tiny next to ${program}.`, {
    hint: 'Install the package again. If you bundled it, copy node_modules/unflat/dist/tiny there. Or use other weights.',
  });
}

/**
 * The text of the page that shows a result, for `viewPage`: next to the bundle, or built in the repository.
 * @throws UserError if it is missing
 */
export async function viewTemplate(program = self()): Promise<string> {
  const path = await nearestOf(program, ['view.html', 'dist/view.html']);
  if (path !== undefined) return readFile(path, 'utf8');
  throw new UserError(`The page view.html is not next to ${program}.`, {
    hint: 'Install the package again. If you bundled it, copy node_modules/unflat/dist/view.html there. In the repository, run: npm run build.',
  });
}
