/** The objects of a batch, from a folder, from JSON lines or from COCO. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, parse, relative, resolve, sep } from 'node:path';
import { EXIT, messageOf, UserError } from '../../../host/errors.ts';
import { reasonOf } from '../../../host/node/fileErrors.ts';
import { type ObjectOptions, type ParsedObjectOptions, withGranularity } from '../../objectOptions.ts';
import { isSeveral } from '../../sceneOptions.ts';
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
export async function readList(
  list: string,
  options: ParsedObjectOptions,
  { masks, output }: ListOptions,
): Promise<Item[]> {
  const found = await stat(list).catch((error: unknown) => {
    throw new UserError(`The list ${list} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
  const items = found.isDirectory()
    ? await folderItems(list, withGranularity(options), output)
    : await fileItems(list, options);
  if (items.length === 0) {
    throw new UserError(
      `The list ${list} has no ${found.isDirectory() ? 'photo (JPEG, PNG, WebP, TIFF, GIF)' : 'object'}.`,
      { hint: 'A list is a folder of photos, JSON lines (.jsonl) or COCO (.json). See docs/batch.md.' },
    );
  }
  expectNames(list, items);
  if (masks === undefined) return items;
  return items.map((item) => {
    const { options } = item;
    if (options.scene) return item;
    const mask = join(masks, `${item.name}.png`);
    return {
      ...item,
      stored: undefined,
      options: { ...options, box: undefined, point: undefined, object: undefined, mask },
    };
  });
}

async function fileItems(list: string, options: ParsedObjectOptions): Promise<Item[]> {
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    throw new UserError(`The list ${list} cannot be read: ${reasonOf(error)}.`, { cause: error });
  });
  if (/\.json$/i.test(list)) {
    if (isSeveral(options)) throw cocoOfSeveral(list);
    return cocoItems(list, text, withGranularity(options));
  }
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

const cocoOfSeveral = (list: string): UserError =>
  new UserError(`Each annotation of ${list} is one object, and several of a photo are asked for.`, {
    hint:
      'Leave out --object, --all and --pick. For one scene of all annotations of a photo, write JSON lines: ' +
      `{"photo": "desk.jpg", "mask": ${JSON.stringify(list)}, "all": true}.`,
    exitCode: EXIT.usage,
  });

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

/** @throws UserError if two items have one name, one lies in the folder of another's object, or a name leads out of the folder of results */
function expectNames(list: string, items: readonly Item[]): void {
  const fail = (problem: string, hint: string): never => {
    throw new UserError(`The list ${list} is wrong.\n  ${problem}`, { hint, exitCode: EXIT.usage });
  };
  // File systems of phones and laptops do not tell A from a.
  const seen = new Map<string, Item>();
  for (const item of items) {
    const { name, where } = item;
    const parts = name.split('/');
    if (
      parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\') || part.includes('\0'))
    ) {
      fail(
        `${where}: ${JSON.stringify(name)} cannot be the name of a folder.`,
        'A name is a relative path such as kitchen/mug.',
      );
    }
    const other = seen.get(name.toLowerCase());
    if (other) fail(`${other.where} and ${where} have one name, ${name}.`, 'Give each a "name" of its own.');
    seen.set(name.toLowerCase(), item);
  }
  for (const { name, where } of items) {
    const parts = name.toLowerCase().split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const above = seen.get(parts.slice(0, depth).join('/'));
      if (!above || !isObjectFolder(parts[depth], above.options)) continue;
      fail(`${where}: ${name} is the folder of an object of ${above.where}.`, 'Give it another "name".');
    }
  }
}

/** Whether one of several objects may have a folder of this name, in small letters. */
function isObjectFolder(name: string, options: ObjectOptions): boolean {
  if (!isSeveral(options)) return false;
  return options.object
    ? options.object.some((one, i) => (one.name ?? `object-${i + 1}`).toLowerCase() === name)
    : name.startsWith('mask-');
}
