/** Prompts of the command line: is there one, does it fit the photo, and what is in the mask's file? */
import { EXIT, UserError } from '../host/errors.ts';
import { decodeMask } from '../host/node/image.ts';
import type { Photo } from '../pipeline/photo.ts';
import { expectObject, type ObjectPrompt } from '../pipeline/prompts.ts';
import type { PromptOptions } from './options.ts';

/**
 * Reads the mask file, and checks box and points before the engine starts.
 * @throws UserError if there is no prompt; PromptError if one lies outside the photo
 */
export async function promptsOf(photo: Photo, { box, point, mask }: PromptOptions): Promise<ObjectPrompt> {
  expectPrompt({ box, point, mask });
  if (mask !== undefined) return { mask: await decodeMask(mask, photo) };
  const prompt: ObjectPrompt = { ...(box && { box }), ...(point && { points: point }) };
  expectObject(photo, prompt);
  return prompt;
}

/** @throws UserError with the usage exit code if nothing says which object is meant */
export function expectPrompt({ box, point, mask }: PromptOptions): void {
  if (mask !== undefined || box || point?.some(({ label }) => label === 1)) return;
  throw new UserError('Which object of the photo is meant?', {
    hint: 'Give --box x0,y0,x1,y1, or --point x,y on the object, or --mask with a picture of it.',
    exitCode: EXIT.usage,
  });
}
