/** Checks that a prompt fits its photo. */
import type { Size } from './photo.ts';
import type { PromptBox, PromptPoint } from './roles.ts';

/** A prompt is missing or does not fit the photo. */
export class PromptError extends Error {
  override name = 'PromptError';
}

/** A prompt in pixels of the photo. */
export interface Prompt {
  readonly points?: readonly PromptPoint[];
  readonly boxes?: readonly PromptBox[];
  /** Low-resolution mask logits of an earlier candidate. */
  readonly maskInput?: Float32Array;
}

/** A box without what lies outside of the photo. */
export const clippedBox = ([left, top, right, bottom]: PromptBox, { width, height }: Size): PromptBox => [
  Math.max(0, left),
  Math.max(0, top),
  Math.min(width, right),
  Math.min(height, bottom),
];

/**
 * Boxes may leave the photo by less than a pixel: whoever drew them has rounded.
 * @throws PromptError if the prompt is empty, lies outside the photo, has a box without area or an unknown label
 */
export function expectPrompt({ points = [], boxes = [], maskInput }: Prompt, photo: Size): void {
  if (!points.length && !boxes.length && !maskInput) {
    throw new PromptError('There is no prompt. Say which object is meant: by a point, a box or an earlier mask.');
  }
  const where =
    `a photo of ${photo.width} x ${photo.height} pixels.\n` +
    '  Prompts are given in pixels of the photo, counted from its upper left corner.';
  const inside = (x: number, y: number): boolean => x >= 0 && y >= 0 && x <= photo.width && y <= photo.height;
  for (const { x, y, label } of points) {
    if (label !== -1 && !inside(x, y)) throw new PromptError(`The point ${x}, ${y} lies outside ${where}`);
    if (![1, 0, -1].includes(label))
      throw new PromptError(`A point has the label ${String(label)}; labels are 1, 0 and -1.`);
  }
  for (const given of boxes) {
    const box = `The box ${given.join(', ')}`;
    const [left, top, right, bottom] = clippedBox(given, photo);
    const isNear = given.every((value, i) => Math.abs(value - [left, top, right, bottom][i]) < 1);
    if (!isNear) throw new PromptError(`${box} lies outside ${where}`);
    if (left >= right || top >= bottom) {
      throw new PromptError(`${box} has no area. Give left, top, right, bottom with left < right and top < bottom.`);
    }
  }
}
