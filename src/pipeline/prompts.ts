/** Which object of the photo is meant: a box, points, or a finished mask. */
import type { ChainParts } from './photoTo3d.ts';
import { wordsOf, type Photo } from './photo.ts';
import { PromptError, type PromptBox, type PromptPoint } from './sam/prompt.ts';

export interface ObjectPrompt {
  /** Left, top, right, bottom in pixels of the photo. */
  readonly box?: PromptBox;
  readonly points?: readonly PromptPoint[];
  /** [height, width] of 0 and 1, instead of a prompt. */
  readonly mask?: Uint8Array;
}

export interface ObjectMask {
  /** [height, width] of 0 and 1. */
  readonly mask: Uint8Array;
  /** The network's own estimate of the mask's overlap with the truth; undefined for a mask that was given. */
  readonly quality?: number;
}

/** @throws PromptError if nothing says which object is meant, or it does not fit the photo */
export async function objectMask(
  { networks, stage }: Pick<ChainParts, 'networks' | 'stage'>,
  photo: Photo,
  { box, points, mask, signal }: ObjectPrompt & { signal?: AbortSignal },
): Promise<ObjectMask> {
  if (mask) {
    if (mask.length !== photo.width * photo.height) {
      throw new PromptError(
        `The mask has ${mask.length} pixels, the photo ${photo.width} x ${photo.height}. Give a mask of the photo's size.`,
      );
    }
    return { mask };
  }
  const sam = await networks.sam();
  const options = stage('segment', signal);
  const image = await sam.encode(wordsOf(photo), options);
  const answer = await sam.prompt(image, { points, boxes: box && [box] }, { signal });
  return { mask: Uint8Array.from(await answer.mask.read()), quality: answer.iou[answer.tokens[0]] };
}
