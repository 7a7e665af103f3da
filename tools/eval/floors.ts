/** Quality floors of the weights that ship: means over scenes that they were not trained on. */
import type { Numbers } from './measure.ts';

export interface Floor {
  readonly label: string;
  /** A name of `Numbers`. */
  readonly number: string;
  /** What we would like; absent where the floor is all that is wanted. */
  readonly aim?: Limit;
  readonly floor: Limit;
  /** Whether the number should be large or small. A number equal to a limit reaches it. */
  readonly better: 'large' | 'small';
  /** Another number of the run, which this one must exceed. */
  readonly above?: string;
}

/** A number, or a limit that follows another number of the same run. */
export type Limit = number | RelativeLimit;

/** `times` (1) another number, plus `plus` (0): `{ of: 'given.f1@0.1', plus: -0.02 }` is 0.02 below that number. */
interface RelativeLimit {
  readonly of: string;
  readonly times?: number;
  readonly plus?: number;
}

const pointFloors: readonly Floor[] = [
  { label: 'mask IoU from the tight box', number: 'iou.box', aim: 0.95, floor: 0.9, better: 'large' },
  { label: 'mask IoU from one click', number: 'iou.click', aim: 0.9, floor: 0.8, better: 'large' },
  { label: 'depth AbsRel on the object', number: 'depth.absRel', aim: 0.05, floor: 0.08, better: 'small' },
  { label: 'depth within 1.25', number: 'depth.within', aim: 0.98, floor: 0.94, better: 'large' },
  ...([0.1, 0.2] as const).map((distance): Floor => ({
    label: `F1 at ${distance}, true mask and depth`,
    number: `given.f1@${distance}`,
    aim: { 0.1: 0.75, 0.2: 0.9 }[distance],
    floor: { 0.1: 0.62, 0.2: 0.8 }[distance],
    better: 'large',
    above: `given.seen.f1@${distance}`,
  })),
  { label: 'recall of the unseen side at 0.2', number: 'given.unseen@0.2', aim: 0.65, floor: 0.48, better: 'large' },
  {
    label: 'F1 at 0.2, end to end',
    number: 'chain.f1@0.2',
    aim: 0.8,
    floor: 0.65,
    better: 'large',
    above: 'chain.seen.f1@0.2',
  },
  { label: 'color error, true mask and depth', number: 'given.color', aim: 0.08, floor: 0.13, better: 'small' },
];

/**
 * What a mesh adds to the points that it is made from, and may not take from them. Where an aim follows the points, the floor
 * only guards what is reached: a sheet covers less than the thick shell of points does.
 */
const meshFloors: readonly Floor[] = [
  meshFloor('F1 at 0.05, true mask and depth', 'given', 'f1@0.05', { times: 2 }, { times: 1.5 }),
  meshFloor('F1 at 0.1, true mask and depth', 'given', 'f1@0.1', { plus: 0.08 }, { plus: 0.03 }),
  meshFloor('F1 at 0.2, true mask and depth', 'given', 'f1@0.2', {}, { plus: -0.02 }),
  meshFloor('recall of the unseen side at 0.2', 'given', 'unseen@0.2', { plus: -0.02 }, { plus: -0.12 }),
  { label: 'mesh silhouette IoU with the mask', number: 'given.mesh.silhouette', floor: 0.9, better: 'large' },
  { label: 'mesh color error to the photo', number: 'given.mesh.view', floor: 0.05, better: 'small' },
  { label: 'share of solids, true mask and depth', number: 'given.mesh.solid', floor: 1, better: 'large' },
  meshFloor('F1 at 0.05, end to end', 'chain', 'f1@0.05', { times: 2 }, {}),
  meshFloor('F1 at 0.1, end to end', 'chain', 'f1@0.1', {}, { plus: -0.07 }),
  meshFloor('F1 at 0.2, end to end', 'chain', 'f1@0.2', {}, { plus: -0.06 }),
  meshFloor('recall of the unseen side, end to end', 'chain', 'unseen@0.2', {}, { plus: -0.18 }),
  { label: 'share of solids, end to end', number: 'chain.mesh.solid', floor: 1, better: 'large' },
];

/** A number of meshes whose aim and floor follow the same number of points. */
function meshFloor(
  label: string,
  run: 'given' | 'chain',
  name: string,
  aim: Omit<RelativeLimit, 'of'>,
  floor: Omit<RelativeLimit, 'of'>,
): Floor {
  const of = `${run}.${name}`;
  return {
    label: `mesh ${label}`,
    number: `${run}.mesh.${name}`,
    aim: { of, ...aim },
    floor: { of, ...floor },
    better: 'large',
  };
}

export const floors: readonly Floor[] = [...pointFloors, ...meshFloors];

/** `aim`: the aim is reached; `floor`: the floor is reached, and the aim, if there is one, is not. */
export type Verdict = 'aim' | 'floor' | 'missed';

/** @throws RangeError if a number is not among the means */
export function verdictOf({ number, aim, floor, better, above }: Floor, means: Numbers): Verdict {
  const value = valueOf(means, number);
  const reaches = (limit: number): boolean => (better === 'large' ? value >= limit : value <= limit);
  if (!reaches(limitOf(floor, means)) || (above !== undefined && !(value > valueOf(means, above)))) return 'missed';
  return aim !== undefined && reaches(limitOf(aim, means)) ? 'aim' : 'floor';
}

/** A limit in numbers. @throws RangeError if it follows a number that is not among the means */
export function limitOf(limit: Limit, means: Numbers): number {
  if (typeof limit === 'number') return limit;
  const { of, times = 1, plus = 0 } = limit;
  return times * valueOf(means, of) + plus;
}

/** A limit that follows another number, such as "2 x given.f1@0.1"; undefined for a number. */
export function formulaOf(limit: Limit): string | undefined {
  if (typeof limit === 'number') return undefined;
  const { of, times = 1, plus = 0 } = limit;
  const sum = plus === 0 ? '' : ` ${plus > 0 ? '+' : '-'} ${Math.abs(plus)}`;
  return `${times === 1 ? '' : `${times} x `}${of}${sum}`;
}

/** A number by its name. @throws RangeError if there is none */
export function valueOf(numbers: Numbers, name: string): number {
  if (name in numbers) return numbers[name];
  throw new RangeError(`${name} was not measured. There are ${Object.keys(numbers).join(', ')}.`);
}
