/** The objects of a batch, from a folder, from JSON lines or from COCO. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, parse, relative, resolve, sep } from 'node:path';
import { EXIT, messageOf, UserError } from '../../../host/errors.ts';
import { reasonOf } from '../../../host/node/fileErrors.ts';
import type { ObjectOptions } from '../../objectOptions.ts';
import { cocoItems } from './cocoList.ts';
import type { Item } from './item.ts';
import { lineItem } from './lineItem.ts';

const PHOTO = /\.(jpe?g|png|webp|tiff?|gif)$/i;
/** Maximum number of problems of a list in one message. */
const LISTED = 5;

interface ListOptions {
  /** Folder with a mask for each photo. */
  readonly masks?: string;
  /** Folder of the results, in which no photos are looked for. */
  readonly output: string;
}

/**
 * Reads the list. All of its lines are checked before anything runs.
 * @param options of every object that does not say otherwise
 * @throws UserError that names the lines that are wrong; if the list is empty; or if two objects have one name
 */
export async function readList(list: string, options: ObjectOptions, { masks, output }: ListOptions): Promise<Item[]> {
  const found = await stat(list).catch((error: unknown) => {
    throw new UserError(`The list ${list} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
  const items = found.isDirectory() ? await folderItems(list, options, output) : await fileItems(list, options);
  if (items.length === 0) {
    throw new UserError(
      `The list ${list} has no ${found.isDirectory() ? 'photo (JPEG, PNG, WebP, TIFF, GIF)' : 'object'}.`,
      { hint: 'A list is a folder of photos, JSON lines (.jsonl) or COCO (.json). See docs/batch.md.' },
    );
  }
  expectNames(list, items);
  if (masks === undefined) return items;
  return items.map((item) => ({
    ...item,
    stored: undefined,
    options: { ...item.options, box: undefined, point: undefined, mask: join(masks, `${item.name}.png`) },
  }));
}

async function fileItems(list: string, options: ObjectOptions): Promise<Item[]> {
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    throw new UserError(`The list ${list} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
  if (/\.json$/i.test(list)) return cocoItems(list, text, options);
  const items: Item[] = [];
  const problems: string[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    try {
      items.push({ ...lineItem(line, dirname(list), options), where: `line ${i + 1}` });
    } catch (error) {
      problems.push(`line ${i + 1}: ${messageOf(error)}`);
    }
  });
  if (problems.length === 0) return items;
  const more = problems.length > LISTED ? `\n  And ${problems.length - LISTED} more.` : '';
  throw new UserError(`The list ${list} is wrong.\n  ${problems.slice(0, LISTED).join('\n  ')}${more}`, {
    hint: 'A line is an object such as {"photo": "mug.jpg", "box": [27, 44, 412, 595]}. See docs/batch.md.',
    exitCode: EXIT.usage,
  });
}

/** The photos of a folder and of folders in it, in alphabetical order. */
async function folderItems(folder: string, options: ObjectOptions, output: string): Promise<Item[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const results = resolve(output) + sep;
  const paths = entries
    .filter((entry) => !entry.isDirectory() && PHOTO.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => resolve(output) === resolve(folder) || !resolve(path).startsWith(results))
    .sort();
  const stems = new Map<string, number>();
  const stemOf = (path: string): string => {
    const { dir, name } = parse(relative(folder, path));
    return join(dir, name).split(sep).join('/');
  };
  for (const path of paths) stems.set(stemOf(path), (stems.get(stemOf(path)) ?? 0) + 1);
  return paths.map((path) => {
    const name = relative(folder, path).split(sep).join('/');
    // a.jpg and a.png in one folder keep their endings.
    return { name: stems.get(stemOf(path)) === 1 ? stemOf(path) : name, photo: path, where: name, options };
  });
}

/** @throws UserError if two objects have one name, or a name leads out of the folder of results */
function expectNames(list: string, items: readonly Item[]): void {
  const seen = new Map<string, string>();
  for (const { name, where } of items) {
    const parts = name.split('/');
    if (
      parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\') || part.includes('\0'))
    ) {
      throw new UserError(
        `The list ${list} is wrong.\n  ${where}: ${JSON.stringify(name)} cannot be the name of a folder.`,
        {
          hint: 'A name is a relative path such as kitchen/mug.',
          exitCode: EXIT.usage,
        },
      );
    }
    // File systems of phones and laptops do not tell A from a.
    const key = name.toLowerCase();
    const other = seen.get(key);
    if (other !== undefined) {
      throw new UserError(`The list ${list} is wrong.\n  ${other} and ${where} have one name, ${name}.`, {
        hint: 'Give each a "name" of its own.',
        exitCode: EXIT.usage,
      });
    }
    seen.set(key, where);
  }
}
