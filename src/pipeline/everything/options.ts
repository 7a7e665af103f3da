/** Options of the search for all masks of a photo. Names and defaults are those of SAM's own mask generator. */
import { OptionError } from '../optionError.ts';
import { EVERYTHING_DEFAULTS, faultOf, type EverythingSettings } from './defaults.ts';

/** A grid of points: [x, y] of each, from 0 to 1 across the photo or a crop. */
export type PointGrid = readonly (readonly [number, number])[];

export interface EverythingOptions extends Partial<EverythingSettings> {
  /** Points for the photo and for each layer of crops, in place of `pointsPerSide`. */
  readonly pointGrids?: readonly PointGrid[];
}

/**
 * All options, with their defaults.
 * @throws OptionError for an unknown option, a value that cannot be, or grids that do not fit the layers
 */
export function everythingSettings({ pointGrids, ...given }: EverythingOptions): EverythingSettings {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!(name in EVERYTHING_DEFAULTS)) throw new OptionError(`everything: there is no option ${name}.`);
    const needs = faultOf(name as keyof EverythingSettings, value);
    if (needs) throw new OptionError(`everything: ${name} is ${String(value)}. Give ${needs}.`);
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const settings = { ...EVERYTHING_DEFAULTS, ...set };
  if (pointGrids) expectGrids(pointGrids, given.pointsPerSide, settings);
  else expectPoints(settings);
  return settings;
}

function expectGrids(grids: readonly PointGrid[], perSide: number | undefined, { cropNLayers }: EverythingSettings) {
  if (perSide !== undefined) {
    throw new OptionError('everything: there are both pointsPerSide and pointGrids. Give one of the two.');
  }
  if (grids.length !== cropNLayers + 1) {
    throw new OptionError(
      `everything: pointGrids has ${grids.length} grids, cropNLayers is ${cropNLayers}. ` +
        'Give a grid for the photo and one for each layer.',
    );
  }
  grids.forEach((grid, layer) => {
    const wrong = grid.find((point) => point.length !== 2 || !point.every((v) => v >= 0 && v <= 1));
    if (grid.length > 0 && !wrong) return;
    throw new OptionError(
      wrong
        ? `everything: pointGrids[${layer}] has the point ${wrong.join(', ')}. Give x and y, each from 0 to 1.`
        : `everything: pointGrids[${layer}] is empty. Give at least one point.`,
    );
  });
}

function expectPoints({ pointsPerSide, cropNLayers, cropNPointsDownscaleFactor: factor }: EverythingSettings): void {
  if (Math.floor(pointsPerSide / factor ** cropNLayers) >= 1) return;
  throw new OptionError(
    `everything: with ${pointsPerSide} points a side and a downscale factor of ${factor}, layer ${cropNLayers} has no ` +
      'point. Give more pointsPerSide, a smaller cropNPointsDownscaleFactor, or fewer cropNLayers.',
  );
}
