/** Names of the objects of a scene. Each is the name of a folder, on every system. */
import { EXIT, UserError } from '../host/errors.ts';

const LONGEST = 100;
/** Names that Windows keeps for devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const FOLDER = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M} ._-]*$/u;

/** Whether a name can be that of a folder. */
export const isFolderName = (name: string): boolean =>
  FOLDER.test(name) && !/[. ]$/.test(name) && name.length <= LONGEST && !DEVICE.test(name);

/** @throws Error if a name cannot be that of a folder */
export function expectFolderName(name: string): void {
  if (isFolderName(name)) return;
  throw new Error(
    `${JSON.stringify(name)} cannot be the name of a folder. Use up to ${LONGEST} letters, digits, spaces, dots, - and _.`,
  );
}

/**
 * @param files names of files in the folder of the scene
 * @throws UserError with the usage exit code if two objects have one name, or one has the name of a file beside it
 */
export function expectNames(names: readonly string[], files: readonly string[]): void {
  // File systems of phones and laptops do not tell A from a.
  const lower = names.map((name) => name.toLowerCase());
  names.forEach((name, i) => {
    const first = lower.indexOf(lower[i]);
    if (first < i) {
      throw new UserError(`Object ${first + 1} and object ${i + 1} have one name, ${name}.`, {
        hint: 'Give each a name of its own: --object mug --box ... --object bowl --box ...',
        exitCode: EXIT.usage,
      });
    }
    if (files.some((file) => file.toLowerCase() === lower[i])) {
      throw new UserError(`No object can be called ${name}: a file of the result has this name.`, {
        hint: 'Give it another name.',
        exitCode: EXIT.usage,
      });
    }
  });
}
