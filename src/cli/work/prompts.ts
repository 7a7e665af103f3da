/** Prompts of the command line: checks that there is one and that it fits the photo, and reads the mask file. */
import { EXIT, UserError } from '../../host/errors.ts';
import { decodeMask } from '../../host/node/maskFile.ts';
import type { Photo } from '../../pipeline/photo.ts';
import { expectObject, type PromptOptions as EnginePrompt } from '../../pipeline/session/options.ts';
import type { PromptOptions } from '../options.ts';

/** A prompt for the engine, or a finished mask instead. */
type Prompt = EnginePrompt & { readonly mask?: Uint8Array };

/**
 * Reads the mask file, and checks box and points before the engine starts. Without any prompt, a photo that is cut out is its own mask.
 * @throws UserError if there is no prompt; PromptError if one lies outside the photo
 */
export async function promptsOf(photo: Photo, { box, point, mask, pick }: PromptOptions): Promise<Prompt> {
  if (photo.cutout && mask === undefined && !box && !point && pick === undefined) return { mask: photo.cutout };
  expectPrompt({ box, point, mask, pick });
  if (mask !== undefined) return { mask: await decodeMask(mask, photo, pick) };
  return checked(photo, { box, points: point });
}

/** As `promptsOf`, but the mask is a rough one to be refined, alone or with box and points. */
export async function roughPromptsOf(photo: Photo, { box, point, mask, pick }: PromptOptions): Promise<Prompt> {
  expectPrompt({ box, point, mask, pick });
  const roughMask = mask === undefined ? undefined : await decodeMask(mask, photo, pick);
  return checked(photo, { box, points: point, roughMask });
}

/** Drops the parts of a prompt that are undefined, and checks the rest. */
function checked(photo: Photo, { box, points, roughMask }: Prompt): Prompt {
  const prompt = { ...(box && { box }), ...(points && { points }), ...(roughMask && { roughMask }) };
  expectObject(photo, prompt);
  return prompt;
}

/** @throws UserError with the usage exit code if nothing says which object is meant, or `pick` comes without a mask */
export function expectPrompt({ box, point, mask, pick }: PromptOptions): void {
  if (pick !== undefined && mask === undefined) {
    throw new UserError('--pick says which mask of a file, and there is no --mask.', {
      hint: 'Give the file as well: --mask masks.json --pick 3.',
      exitCode: EXIT.usage,
    });
  }
  if (mask !== undefined || box || point?.some(({ label }) => label === 1)) return;
  throw new UserError('Which object of the photo is meant?', {
    hint: 'Give --box x0,y0,x1,y1, --point x,y on the object, or --mask with an image that is white on the object.',
    exitCode: EXIT.usage,
  });
}
