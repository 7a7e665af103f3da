/** Colors of the objects of a photo, in the list and on the photo. They repeat after a few. */
import type { Tint } from './maskPicture.ts';

const COLORS: readonly Tint[] = [
  [0, 122, 255],
  [52, 199, 89],
  [214, 60, 140],
  [255, 204, 0],
  [142, 84, 233],
  [0, 190, 200],
];

/** @param number of the object, from 1 */
export const colorOf = (number: number): Tint => COLORS[(number - 1) % COLORS.length];
