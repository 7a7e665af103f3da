/** Prompts of the command line -> prompts in pixels of the decoded photo, checked against it. */
import { EXIT, UserError } from '../host/errors.ts';
import { decodeMask } from '../host/node/image.ts';
import type { Photo } from '../pipeline/photo.ts';
import type { ObjectPrompt } from '../pipeline/prompts.ts';
import type { PromptOptions } from './options.ts';

/**
 * Reads the mask file and scales box and points when the photo was reduced.
 * @throws UserError if there is no prompt, or one lies outside the photo
 */
export async function promptsOf(photo: Photo, { box, point, mask }: PromptOptions): Promise<ObjectPrompt> {
  expectPrompt({ box, point, mask });
  if (mask !== undefined) return { mask: await decodeMask(mask, photo) };
  const { width, height } = photo.original ?? photo;
  const inside = (x: number, y: number): boolean => x >= 0 && y >= 0 && x <= width && y <= height;
  const outside = (what: string): UserError =>
    new UserError(`${what} lies outside the photo, which has ${width} x ${height} pixels.`, {
      hint: 'Prompts are given in pixels of the photo, counted from its upper left corner.',
    });
  if (box && !(inside(box[0], box[1]) && inside(box[2], box[3]))) throw outside(`The box ${box.join(',')}`);
  const stray = point?.find(({ x, y }) => !inside(x, y));
  if (stray) throw outside(`The point ${stray.x},${stray.y}`);
  const scaleX = photo.width / width;
  const scaleY = photo.height / height;
  return {
    ...(box && { box: [box[0] * scaleX, box[1] * scaleY, box[2] * scaleX, box[3] * scaleY] }),
    ...(point && { points: point.map(({ x, y, label }) => ({ x: x * scaleX, y: y * scaleY, label })) }),
  };
}

/** @throws UserError with the usage exit code if nothing says which object is meant */
export function expectPrompt({ box, point, mask }: PromptOptions): void {
  if (mask !== undefined || box || point?.some(({ label }) => label === 1)) return;
  throw new UserError('Which object of the photo is meant?', {
    hint: 'Give --box x0,y0,x1,y1, or --point x,y on the object, or --mask with a picture of it.',
    exitCode: EXIT.usage,
  });
}
