/** One line of JSON lines: a photo, its prompt, and options, which are those of the command line. */
import { Command, CommanderError } from 'commander';
import { isAbsolute, join, parse } from 'node:path';
import { UserError } from '../../../host/errors.ts';
import { addObjectOptions, type ObjectOptions } from '../../objectOptions.ts';
import { expectObjectOptions } from '../job.ts';
import type { Item } from './item.ts';

/** Options that are paths, relative to the folder of the list. */
const PATHS = ['mask', 'depthMap', 'pointCloud'];

/**
 * Parses a line such as `{"photo": "mug.jpg", "box": [27, 44, 412, 595], "granularity": 0.1}`.
 * @param folder of the list, from which paths go
 * @param defaults options that the line does not have
 * @throws Error that says what is wrong with the line
 */
export function lineItem(line: string, folder: string, defaults: ObjectOptions): Omit<Item, 'where'> {
  const value = parseObject(line);
  const { photo, name, points, ...given } = value;
  if (typeof photo !== 'string' || photo === '') throw new Error('"photo" must be the path of a photo.');
  if (name !== undefined && typeof name !== 'string') throw new Error('"name" must be a text.');
  const argv = Object.entries({ ...given, ...(points !== undefined && { point: points }) }).flatMap(([key, option]) =>
    argumentsOf(key, PATHS.includes(key) && typeof option === 'string' ? from(folder, option) : option),
  );
  const options = optionsOf(argv, defaults);
  const { dir, name: stem } = parse(photo);
  return { name: name ?? nameFrom(dir, stem), photo: from(folder, photo), options };
}

const from = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

/** A name from the path of a photo. The folders of an absolute path, or above the list, do not belong to it. */
const nameFrom = (dir: string, stem: string): string =>
  isAbsolute(dir) || dir.startsWith('..') ? stem : join(dir, stem).split(/[\\/]/).join('/');

function parseObject(line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`it is not JSON: ${line.trim().slice(0, 60)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error('it is not an object in braces.');
}

/** An option as it would be typed: `gridBox: [1, 2]` is `--grid-box=1,2`; a list of lists is an option for each. */
function argumentsOf(key: string, value: unknown): string[] {
  const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (Array.isArray(value) && value.length > 0 && value.every(isPlainList)) {
    return value.map((one) => `${name}=${one.join(',')}`);
  }
  if (isPlainList(value)) return [`${name}=${value.join(',')}`];
  if (isPlain(value)) return [`${name}=${value}`];
  throw new Error(`"${key}" must be a number, a text or a list.`);
}

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
const isPlainList = (value: unknown): value is (string | number)[] => Array.isArray(value) && value.every(isPlain);

/** Parses options of one object, over those of all. @throws Error in the words of the command line */
function optionsOf(argv: readonly string[], defaults: ObjectOptions): ObjectOptions {
  const said: string[] = [];
  const command = addObjectOptions(new Command('line'))
    .exitOverride()
    .configureOutput({ writeErr: (text) => void said.push(text), writeOut: () => undefined })
    .helpOption(false);
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new Error(
      said
        .join('')
        .trim()
        .replace(/^error: /, ''),
      { cause: error },
    );
  }
  const given: Record<string, unknown> = command.opts();
  const own = Object.fromEntries(
    Object.entries(given).filter(([key]) => command.getOptionValueSource(key) === 'cli'),
  ) as Partial<ObjectOptions>;
  // A prompt of the line replaces the whole prompt of the command line, and so does a depth of its own.
  const without = {
    ...((own.box ?? own.point ?? own.mask) !== undefined && {
      ...{ box: undefined, point: undefined, mask: undefined, pick: undefined },
    }),
    ...(own.pointCloud !== undefined && { depthMap: undefined, depthScale: undefined }),
    ...(own.depthMap !== undefined && { pointCloud: undefined }),
  };
  const options = { ...defaults, ...without, ...own };
  try {
    expectObjectOptions(options);
  } catch (error) {
    throw error instanceof UserError ? new Error(error.message, { cause: error }) : error;
  }
  return options;
}
