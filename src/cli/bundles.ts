/**
 * Programs that are bundles of their own beside dist/cli.js, because their code is in tools/, which the command line does not
 * import: the benchmark, and the checks of kernels.
 */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { UserError } from '../host/errors.ts';

/**
 * Loads a bundle.
 * @param what it is, as in "The benchmark"
 * @throws UserError if there is no such file
 */
export async function loadBundle<Module>(bundle: URL, what: string): Promise<Module> {
  const file = fileURLToPath(bundle);
  try {
    await access(file);
  } catch (error) {
    throw new UserError(`${what} cannot be found: ${file} is missing.`, {
      cause: error,
      hint: 'In a checkout, `npm run build` makes it. In an installed package, install the package again.',
    });
  }
  return (await import(bundle.href)) as Module;
}
