/** Of all masks of a photo, those of whole objects: not too small, no background, no group of objects, and no part of another. */
import { OptionError } from '../optionError.ts';
import { areaOf, boxOf, maskOf, runsOf, sharedArea, type MaskRuns } from '../maskRuns.ts';
import { regionsOf } from './regions.ts';

export interface WholeMaskOptions {
  /** Masks with fewer pixels are left out; by default half a percent of the photo's pixels. */
  readonly minArea?: number;
}

/** Which masks are whole objects, and why the others are not. All are indices into the list of masks. */
export interface WholeMasks {
  /** The largest first. */
  readonly whole: readonly number[];
  readonly small: readonly number[];
  /** They cover more than half of the photo, or reach from one of its sides to the opposite one. */
  readonly background: readonly number[];
  /** They have several regions that do not touch, and each of these has a mask of its own. */
  readonly groups: readonly number[];
  /** Most of their pixels lie in a larger mask that is whole. */
  readonly parts: readonly number[];
}

/** Default of `minArea`, as a share of the photo. */
const MIN_SHARE = 1 / 200;
/** A mask with a larger share of the photo is background. */
const MAX_SHARE = 0.5;
/** Masks that end this near to a side of the photo reach it, as a share of the photo. */
const NEAR = 0.01;
/** A mask with a larger share of its pixels in another one is a part of it. */
const PART = 0.7;
/** A mask is of a region if they share more of the pixels that either has. */
const SAME = 0.5;

/**
 * Chooses the masks of whole objects.
 * @param masks of one photo, all of its size
 * @throws OptionError unless `minArea` is a number of at least 0
 */
export function wholeMasks(masks: readonly MaskRuns[], { minArea }: WholeMaskOptions = {}): WholeMasks {
  if (minArea !== undefined && !(minArea >= 0)) {
    throw new OptionError(`wholeMasks: minArea is ${minArea}. Give a number of pixels of at least 0.`);
  }
  const areas = masks.map(areaOf);
  const found: Record<keyof WholeMasks, number[]> = { whole: [], small: [], background: [], groups: [], parts: [] };
  const largestFirst = [...masks.keys()].sort((a, b) => areas[b] - areas[a]);
  for (const i of largestFirst) {
    const photo = masks[i].width * masks[i].height;
    const least = minArea ?? MIN_SHARE * photo;
    if (areas[i] === 0 || areas[i] < least) found.small.push(i);
    else if (areas[i] > MAX_SHARE * photo || spans(masks[i])) found.background.push(i);
    else if (isGroup(masks[i], masks, least)) found.groups.push(i);
    else if (found.whole.some((other) => sharedArea(masks[i], masks[other]) > PART * areas[i])) found.parts.push(i);
    else found.whole.push(i);
  }
  return found;
}

/** Whether a mask has several regions of `least` pixels and more, and each of them has a mask of its own. */
function isGroup(mask: MaskRuns, masks: readonly MaskRuns[], least: number): boolean {
  const { labels, areas } = regionsOf(maskOf(mask), mask.width, 1);
  const large = [...areas.keys()].filter((label) => label > 0 && areas[label] >= least);
  const smallest = Math.min(...large.map((label) => areas[label]));
  const hasMask = (label: number): boolean => {
    const region = runsOf(
      labels.map((one) => (one === label ? 1 : 0)),
      mask,
    );
    return masks.some((other) => {
      const shared = sharedArea(region, other);
      const isSame = shared > SAME * (areas[label] + areaOf(other) - shared);
      // A mask of the whole group is none of its largest region.
      return isSame && sharedArea(mask, other) - shared < smallest / 2;
    });
  };
  return large.length > 1 && large.every(hasMask);
}

/** Whether a mask reaches from one side of the photo to the opposite one. */
function spans(mask: MaskRuns): boolean {
  const [left, top, right, bottom] = boxOf(mask);
  const isWide = (low: number, high: number, size: number): boolean =>
    low <= NEAR * size && high >= size - 1 - NEAR * size;
  return isWide(left, right, mask.width) || isWide(top, bottom, mask.height);
}
