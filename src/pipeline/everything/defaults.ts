/** The numbers that control the search for all masks. Names and defaults are those of SAM's own mask generator. */

export interface EverythingSettings {
  /** Points along each side of the grid; 32 by default. */
  readonly pointsPerSide: number;
  /** Points that are decoded together, at most; 64 by default. Fewer take less memory, and find the same masks. */
  readonly pointsPerBatch: number;
  /** Masks need a higher predicted intersection over union; 0.88 by default, 0 takes all. */
  readonly predIouThresh: number;
  /** Masks need this stability; 0.95 by default, 0 takes all. */
  readonly stabilityScoreThresh: number;
  /** Stability compares a mask's areas at logit thresholds of plus and minus this number; 1 by default. */
  readonly stabilityScoreOffset: number;
  /** Of masks whose boxes have a higher intersection over union, only the best stays; 0.7 by default. */
  readonly boxNmsThresh: number;
  /** Layers of crops that are searched after the whole photo; 0 by default. Layer i has 2^i by 2^i crops. */
  readonly cropNLayers: number;
  /** As `boxNmsThresh`, between masks of different crops, where smaller crops win; 0.7 by default. */
  readonly cropNmsThresh: number;
  /** Overlap of the crops of the first layer, as a share of the photo's shorter side; 512 / 1500 by default. */
  readonly cropOverlapRatio: number;
  /** The grid of layer i has `pointsPerSide` divided by this number to the power of i; 1 by default. */
  readonly cropNPointsDownscaleFactor: number;
  /** Holes and islands of masks with fewer pixels are removed; 0, the default, keeps all. */
  readonly minMaskRegionArea: number;
}

export const EVERYTHING_DEFAULTS: EverythingSettings = {
  pointsPerSide: 32,
  pointsPerBatch: 64,
  predIouThresh: 0.88,
  stabilityScoreThresh: 0.95,
  stabilityScoreOffset: 1,
  boxNmsThresh: 0.7,
  cropNLayers: 0,
  cropNmsThresh: 0.7,
  cropOverlapRatio: 512 / 1500,
  cropNPointsDownscaleFactor: 1,
  minMaskRegionArea: 0,
};

/** For the tiny networks, which give softer borders, and know single objects: lower limits, and fewer points suffice. */
export const TINY_SEARCH: Partial<EverythingSettings> = {
  pointsPerSide: 16,
  predIouThresh: 0.7,
  stabilityScoreThresh: 0.75,
};

/** More crops than 2^MAX_LAYERS along a side would be smaller than a few pixels of any photo. */
const MAX_LAYERS = 8;

interface Rule {
  readonly ok: (value: number) => boolean;
  readonly needs: string;
}

const share: Rule = { ok: (value) => value >= 0 && value <= 1, needs: 'a number from 0 to 1' };
const wholeFrom = (least: number, most = Infinity): Rule => ({
  ok: (value) => Number.isInteger(value) && value >= least && value <= most,
  needs: most < Infinity ? `a whole number from ${least} to ${most}` : `a whole number of at least ${least}`,
});

const RULES: Readonly<Record<keyof EverythingSettings, Rule>> = {
  pointsPerSide: wholeFrom(1),
  pointsPerBatch: wholeFrom(1),
  predIouThresh: { ok: Number.isFinite, needs: 'a number such as 0.88' },
  stabilityScoreThresh: share,
  stabilityScoreOffset: { ok: (value) => value >= 0 && value < Infinity, needs: 'a number of at least 0' },
  boxNmsThresh: share,
  cropNLayers: wholeFrom(0, MAX_LAYERS),
  cropNmsThresh: share,
  cropOverlapRatio: { ok: (value) => value >= 0 && value < 1, needs: 'a number from 0 to less than 1' },
  cropNPointsDownscaleFactor: wholeFrom(1),
  minMaskRegionArea: { ok: (value) => value >= 0 && value < Infinity, needs: 'a number of pixels of at least 0' },
};

/** What is wrong with the value of an option; undefined if nothing is. */
export const faultOf = (name: keyof EverythingSettings, value: unknown): string | undefined =>
  typeof value === 'number' && RULES[name].ok(value) ? undefined : RULES[name].needs;
