/** Several objects of one photo: the options that say which. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXIT, UserError } from '../host/errors.ts';
import { expectFolderName } from './objectNames.ts';
import { type ObjectGroup, parseCount, type PromptOptions } from './options.ts';

export interface SceneChoice extends PromptOptions {
  /** Objects with their prompts. */
  object?: ObjectGroup[];
  /** Every whole object. */
  all?: true;
  /** Pixels of the smallest mask that `all` takes. */
  minArea?: number;
}

/** --object, --all and --min-area, and what --pick means with several numbers. */
export function addSeveralOptions(command: Command): Command {
  const prompts = ['box', 'point', 'pick'];
  return command
    .addOption(
      new Option(
        '--object [name]',
        'one of several objects: the --box, --point, --mask and --pick that follow belong to it; repeated for each',
      )
        .preset('')
        .argParser(addGroup),
    )
    .addOption(
      new Option(
        '--all',
        'all objects: every mask of the --mask file, or of those that SAM finds, that is large enough and no part of another',
      ).conflicts([...prompts, 'object']),
    )
    .option('--min-area <pixels>', 'with --all: pixels of the smallest mask (default: 0.5 % of the photo)', parseCount);
}

function addGroup(name: string, before: ObjectGroup[] = []): ObjectGroup[] {
  if (name === '') return [...before, {}];
  try {
    expectFolderName(name);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  return [...before, { name }];
}

/** Whether several objects are asked for, which may be one. */
export const isSeveral = ({ object, all, pick }: SceneChoice): boolean =>
  object !== undefined || all === true || (pick?.includes(',') ?? false);

/** The numbers of --pick. @throws UserError with the usage exit code if one is empty, or there twice */
export function picksOf(pick: string): string[] {
  const picks = pick.split(',').map((number) => number.trim());
  const twice = picks.find((number, i) => picks.indexOf(number) < i);
  if (!picks.includes('') && twice === undefined) return picks;
  throw new UserError(
    twice === undefined || twice === '' ? `--pick ${pick} has an empty number.` : `--pick ${pick} has ${twice} twice.`,
    { hint: 'Give numbers with commas between them, such as --pick 1,4,7.', exitCode: EXIT.usage },
  );
}

/** @throws UserError with the usage exit code for options that do not go together */
export function expectSeveral(options: SceneChoice & { rrd?: string }): void {
  const fail = (message: string, hint: string): never => {
    throw new UserError(message, { hint, exitCode: EXIT.usage });
  };
  if (options.minArea !== undefined && !options.all) {
    fail('--min-area belongs to --all.', 'Add --all, or leave it out.');
  }
  if (!isSeveral(options)) return;
  if (options.rrd !== undefined) fail('--rrd records one object, and here are several.', 'Leave --rrd out.');
  const before = (['box', 'point', 'mask', 'pick'] as const).find((name) => options[name] !== undefined);
  if (options.object && before) {
    fail(`--${before} comes before the first --object.`, `Put --object before it: --object --${before} ...`);
  }
  for (const [i, group] of (options.object ?? []).entries()) {
    const name = group.name === undefined ? `Object ${i + 1}` : `The object ${group.name}`;
    if (group.mask !== undefined && (group.box ?? group.point)) {
      fail(`${name} has a --mask, and also --box or --point.`, 'Give one of the two.');
    }
    if (group.pick?.includes(',')) {
      fail(`${name} has several masks: --pick ${group.pick}.`, 'Leave --object out, or give each its own.');
    }
    if (Object.keys(group).every((key) => key === 'name')) {
      fail(`${name} has no prompt.`, 'Put --box, --point or --mask after its --object.');
    }
  }
}
