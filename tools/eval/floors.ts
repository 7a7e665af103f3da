/** Quality floors of the weights that ship: means over scenes that they were not trained on. */
import type { Numbers } from './measure.ts';

export interface Floor {
  readonly label: string;
  /** A name of `Numbers`. */
  readonly number: string;
  readonly aim: number;
  readonly floor: number;
  /** Whether the number should be large or small. */
  readonly better: 'large' | 'small';
  /** Another number of the run, which this one must exceed. */
  readonly above?: string;
}

export const floors: readonly Floor[] = [
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

export type Verdict = 'aim' | 'floor' | 'missed';

/** @throws RangeError if a number is not among the means */
export function verdictOf({ number, aim, floor, better, above }: Floor, means: Numbers): Verdict {
  const value = valueOf(means, number);
  const reaches = (limit: number): boolean => (better === 'large' ? value >= limit : value <= limit);
  if (!reaches(floor) || (above !== undefined && !(value > valueOf(means, above)))) return 'missed';
  return reaches(aim) ? 'aim' : 'floor';
}

/** A number by its name. @throws RangeError if there is none */
export function valueOf(numbers: Numbers, name: string): number {
  if (name in numbers) return numbers[name];
  throw new RangeError(`${name} was not measured. There are ${Object.keys(numbers).join(', ')}.`);
}
