/** The index of a checkpoint in several files, as Hugging Face writes it: `NAME.index.json` with a map from tensors to files. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { reasonOf } from './fileErrors.ts';

/** Maximum number of names in a message. */
const LISTED = 5;

export const isShardIndex = (path: string): boolean => /\.index\.json$/i.test(path);

/** The first names of a list, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return `${names.slice(0, LISTED).join(', ')}${more}`;
}

/**
 * The files of an index, beside it; of any other path, the path itself.
 * @throws UserError if the index cannot be read, or files that it names are not there
 */
export async function shardsOf(path: string): Promise<string[]> {
  if (!isShardIndex(path)) return [path];
  const shards = shardNames(path, await readIndex(path));
  const isThere = await Promise.all(
    shards.map((name) =>
      stat(join(dirname(path), name)).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  );
  const missing = shards.filter((_, i) => !isThere[i]);
  if (missing.length > 0) {
    throw new UserError(`${path} names ${shards.length} files, of which these are not there: ${listed(missing)}.`, {
      hint: 'Put all files of the checkpoint into one folder.',
    });
  }
  return shards.map((name) => join(dirname(path), name));
}

async function readIndex(path: string): Promise<unknown> {
  try {
    return (JSON.parse(await readFile(path, 'utf8')) as { weight_map?: unknown } | null)?.weight_map;
  } catch (error) {
    throw new UserError(`The index ${path} cannot be read: ${reasonOf(error)}.`, {
      hint: 'Download it again, or give the files of the checkpoint themselves.',
      cause: error,
    });
  }
}

/** @throws UserError unless the map goes from names to names of files in the same folder */
function shardNames(path: string, map: unknown): string[] {
  const files = typeof map === 'object' && map !== null ? [...new Set<unknown>(Object.values(map))] : [];
  const isName = (file: unknown): file is string => typeof file === 'string' && file !== '' && basename(file) === file;
  if (files.length > 0 && files.every(isName)) return files.sort();
  throw new UserError(`The index ${path} has no weight_map from tensors to names of files.`, {
    hint: 'Give the files of the checkpoint themselves.',
  });
}
