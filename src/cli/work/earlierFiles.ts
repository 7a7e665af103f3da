/** Files of an earlier result in the folder of a new one: what the new one does not have is deleted, so that no two results mix. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SCENE_FILE } from '../../host/meshFiles.ts';
import type { OutputFolder } from '../../host/node/files.ts';
import { isFolderName } from '../objectNames.ts';
import type { Progress } from '../progress.ts';
import { OBJECT_FILES } from './outputs.ts';
import { SUMMARY } from './summary.ts';

/** The names of files of an earlier result that are not among the new ones. */
export async function earlierFiles(output: OutputFolder, files: Readonly<Record<string, unknown>>): Promise<string[]> {
  if (!(await output.has(SUMMARY))) return [];
  const ofObjects = (await earlierObjects(output)).flatMap((name) => OBJECT_FILES.map((file) => `${name}/${file}`));
  return output.others([...OBJECT_FILES, SCENE_FILE, ...ofObjects], files);
}

/** Names of the objects of an earlier scene. A summary that is damaged names none. */
async function earlierObjects({ path }: OutputFolder): Promise<string[]> {
  try {
    const { objects } = JSON.parse(await readFile(join(path, SUMMARY), 'utf8')) as { objects?: unknown };
    const names = Array.isArray(objects) ? objects.map((one) => (Object(one) as { name?: unknown }).name) : [];
    return names.filter((name): name is string => typeof name === 'string' && isFolderName(name));
  } catch {
    return [];
  }
}

/** Says which files were deleted, if there are any. */
export function sayDeleted(progress: Progress, names: readonly string[]): void {
  if (names.length === 0) return;
  progress.say(`Files of the earlier result that this one does not have were deleted: ${names.join(', ')}.`);
}
