/** One line of JSON lines: a photo, its prompts, and options, which are those of the command line. */
import { Command, CommanderError } from 'commander';
import { isAbsolute, join, parse } from 'node:path';
import { UserError } from '../../../host/errors.ts';
import {
  addObjectOptions,
  type ObjectOptions,
  type ParsedObjectOptions,
  REPLACED_BY_FRAME,
  withGranularity,
} from '../../objectOptions.ts';
import { expectSeveral } from '../../sceneOptions.ts';
import { expectObjectOptions, expectSource } from '../job.ts';
import type { Item } from './item.ts';

/** Options that are paths, relative to the folder of the list. */
const PATHS = ['mask', 'depthMap', 'pointCloud', 'co3d'];
/** What one of several objects may have. */
const OF_OBJECT = ['name', 'box', 'points', 'mask', 'pick'];
/** What says which objects of the photo are meant. */
const PROMPTS = ['box', 'point', 'mask', 'pick', 'object', 'all', 'minArea', 'scene'] as const;

/**
 * Parses a line such as `{"photo": "mug.jpg", "box": [27, 44, 412, 595], "granularity": 0.1}`.
 * @param folder of the list, from which paths go
 * @param defaults options that the line does not have
 * @throws Error that says what is wrong with the line
 */
export function lineItem(line: string, folder: string, defaults: ParsedObjectOptions): Omit<Item, 'where'> {
  const value = parseObject(line);
  const { photo, name, objects, ...given } = value;
  const isFrame = photo === undefined && given.co3d !== undefined;
  if (!isFrame && (typeof photo !== 'string' || photo === '')) throw new Error('"photo" must be the path of a photo.');
  if (name !== undefined && typeof name !== 'string') throw new Error('"name" must be a text.');
  const argv = [
    ...argumentsOf(given, folder),
    ...(objects === undefined ? [] : argumentsOfAll(objects, given, folder)),
  ];
  const options = optionsOf(argv, defaults);
  explained(() => expectSource(isFrame ? undefined : String(photo), options));
  // A frame of CO3D has no photo of its own in the list: its annotations stand for it.
  if (isFrame) return { name: name ?? options.frame!, photo: options.co3d!, options };
  const { dir, name: stem } = parse(photo as string);
  return { name: name ?? nameFrom(dir, stem), photo: from(folder, photo as string), options };
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
  if (isRecord(value)) return value;
  throw new Error('it is not an object in braces.');
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Several objects as they would be typed: `--object=mug --box=1,2,3,4 --object --point=5,6`. @param line what else the line has */
function argumentsOfAll(objects: unknown, line: Record<string, unknown>, folder: string): string[] {
  if (!Array.isArray(objects) || objects.length === 0 || !objects.every(isRecord)) {
    throw new Error(
      '"objects" must be a list such as [{"name": "mug", "box": [27, 44, 412, 595]}, {"points": [[310, 520]]}].',
    );
  }
  const beside = ['box', 'points', 'point', 'mask', 'pick'].find((key) => line[key] !== undefined);
  if (beside !== undefined)
    throw new Error(`each of "objects" has a prompt of its own. Leave "${beside}" of the line out.`);
  return objects.flatMap(({ name, ...prompt }, i) => {
    const unknown = Object.keys(prompt).find((key) => !OF_OBJECT.includes(key));
    if (unknown !== undefined) {
      throw new Error(
        `object ${i + 1} has "${unknown}", and may have ${OF_OBJECT.join(', ')}. Options belong to the line.`,
      );
    }
    if (name !== undefined && (typeof name !== 'string' || name === '')) {
      throw new Error(`the name of object ${i + 1} must be a text.`);
    }
    return [name === undefined ? '--object' : `--object=${name}`, ...argumentsOf(prompt, folder)];
  });
}

/** Options as they would be typed. */
const argumentsOf = ({ points, ...given }: Record<string, unknown>, folder: string): string[] =>
  Object.entries({ ...given, ...(points !== undefined && { point: points }) }).flatMap(([key, option]) =>
    argumentsFor(key, PATHS.includes(key) && typeof option === 'string' ? from(folder, option) : option),
  );

/** An option as it would be typed: `gridBox: [1, 2]` is `--grid-box=1,2`; a list of lists is an option for each. */
function argumentsFor(key: string, value: unknown): string[] {
  const name = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (Array.isArray(value) && value.length > 0 && value.every(isPlainList)) {
    return value.map((one) => `${name}=${one.join(',')}`);
  }
  if (isPlainList(value)) return [`${name}=${value.join(',')}`];
  if (isPlain(value)) return [`${name}=${value}`];
  if (typeof value === 'boolean') return value ? [name] : [];
  throw new Error(`"${key}" must be a number, a text, true or a list.`);
}

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
const isPlainList = (value: unknown): value is (string | number)[] => Array.isArray(value) && value.every(isPlain);

/** Parses options of one object, over those of all. @throws Error in the words of the command line */
function optionsOf(argv: readonly string[], defaults: ParsedObjectOptions): ObjectOptions {
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
  const options = withGranularity({ ...defaults, ...replacedBy(own), ...own });
  explained(() => expectSeveral(options));
  explained(() => expectObjectOptions(options));
  return options;
}

/** The options of the command line that those of a line replace. */
function replacedBy(own: Partial<ObjectOptions>): Partial<ObjectOptions> {
  const without = (names: readonly string[]): Partial<ObjectOptions> =>
    Object.fromEntries(names.map((name) => [name, undefined]));
  const keepsMask = own.pick !== undefined || own.all;
  const hasPrompt = (own.box ?? own.point ?? own.mask ?? own.object ?? own.scene) !== undefined;
  return {
    // A prompt of the line replaces the whole prompt of the command line, and so does a depth of its own. Which masks of a file are
    // meant is said of the file of the command line, if the line has none.
    ...(hasPrompt ? without(PROMPTS) : keepsMask && without(PROMPTS.filter((name) => name !== 'mask'))),
    ...(own.pointCloud !== undefined && without(['depthMap', 'depthScale'])),
    ...(own.depthMap !== undefined && without(['pointCloud'])),
    ...(own.co3d !== undefined && without(REPLACED_BY_FRAME)),
  };
}

/** Runs a check. @throws Error with the message alone of a UserError */
function explained(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof UserError ? new Error(error.message, { cause: error }) : error;
  }
}
