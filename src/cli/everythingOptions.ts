/** `unflat segment --everything`: the options of the search for all masks. Their names are those of SAM's own mask generator. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXIT, UserError } from '../host/errors.ts';
import { EVERYTHING_DEFAULTS, faultOf, TINY_SEARCH, type EverythingSettings } from '../pipeline/everything/defaults.ts';

type SettingName = keyof EverythingSettings;

/** What the command line gives: only what was set. */
export type EverythingFlags = { everything?: true } & Partial<Omit<EverythingSettings, 'minMaskRegionArea'>> & {
    minArea?: number;
  };

/** Each option with its help, and the place of its value in it. */
const HELP: Readonly<Record<SettingName, string>> = {
  pointsPerSide: '<n> points along each side of the grid',
  pointsPerBatch: '<n> points that are decoded together, at most',
  predIouThresh: '<x> masks need a higher predicted intersection over union',
  stabilityScoreThresh: '<x> masks need this stability: how sharp their border is',
  stabilityScoreOffset: '<x> logit above and below 0 that stability compares',
  boxNmsThresh: '<x> of masks whose boxes overlap more, only the best stays',
  cropNLayers: '<n> layers of crops that are searched, too: 4 crops, then 16, and so on',
  cropNmsThresh: '<x> as --box-nms-thresh, between masks of different crops',
  cropOverlapRatio: '<x> overlap of crops, as a share of the photo’s shorter side',
  cropNPointsDownscaleFactor: '<n> by how much the grid is coarser in each layer',
  minMaskRegionArea: '<pixels> remove holes and islands of masks that are smaller',
};

/** `minMaskRegionArea` has a shorter name on the command line. */
const flagOf = (name: SettingName): string =>
  name === 'minMaskRegionArea' ? 'min-area' : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** --everything and the options of the search. */
export function addEverythingOptions(command: Command): Command {
  command.addOption(
    new Option('--everything', 'find all masks of the photo, as SAM’s automatic mask generator does').conflicts([
      ...['box', 'point', 'mask'],
    ]),
  );
  for (const [name, help] of Object.entries(HELP) as [SettingName, string][]) {
    const [value, ...words] = help.split(' ');
    const usual = Number(EVERYTHING_DEFAULTS[name].toFixed(4));
    const tiny = TINY_SEARCH[name] === undefined ? '' : `; tiny weights: ${TINY_SEARCH[name]}`;
    command.option(
      `--${flagOf(name)} ${value}`,
      `with --everything: ${words.join(' ')} (default: ${usual}${tiny})`,
      (text: string) => parsed(name, text),
    );
  }
  return command;
}

function parsed(name: SettingName, text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  const needs = faultOf(name, value);
  if (needs !== undefined) throw new InvalidArgumentError(`Expected ${needs}.`);
  return value;
}

/** The options of the search that were given, by the names of the engine. */
export function searchOptions({ minArea, ...flags }: EverythingFlags): Partial<EverythingSettings> {
  const names = Object.keys(EVERYTHING_DEFAULTS) as SettingName[];
  const all = { ...flags, minMaskRegionArea: minArea };
  return Object.fromEntries(names.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]));
}

/** @throws UserError with the usage exit code if an option of the search is given without --everything */
export function expectNoSearchOptions(flags: EverythingFlags): void {
  const [name] = Object.keys(searchOptions(flags)) as SettingName[];
  if (name === undefined) return;
  throw new UserError(`--${flagOf(name)} belongs to the search for all masks.`, {
    hint: 'Add --everything, or leave it out.',
    exitCode: EXIT.usage,
  });
}
