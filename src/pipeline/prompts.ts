/** Which object of the photo is meant: a box, points, or a finished mask. */
import type { ChainParts } from './photoTo3d.ts';
import { wordsOf, type Photo } from './photo.ts';
import { expectPrompt, PromptError, type PromptBox, type PromptPoint, type SamPrompt } from './sam/prompt.ts';
import { roughMaskLogits } from './sam/roughMask.ts';
import { emptyMask } from './seenPoints.ts';

export interface ObjectPrompt {
  /** Left, top, right, bottom in pixels of the photo: of its file, when it was reduced while decoding. */
  readonly box?: PromptBox;
  /** In the same pixels. */
  readonly points?: readonly PromptPoint[];
  /** [height, width] of 0 and 1, of the photo as decoded; instead of a prompt. */
  readonly mask?: Uint8Array;
  /** The same of a rough mask, which is refined: alone, or with box and points. */
  readonly roughMask?: Uint8Array;
}

export interface ObjectMask {
  /** [height, width] of 0 and 1. */
  readonly mask: Uint8Array;
  /** The network's own estimate of the mask's overlap with the truth; undefined for a mask that was given. */
  readonly quality?: number;
}

/**
 * Checks what was asked before the networks start.
 * @throws PromptError if nothing says which object is meant, or it does not fit the photo; GeometryError for an empty mask
 */
export function expectObject(photo: Photo, { box, points, mask, roughMask }: ObjectPrompt): void {
  if (mask) return expectMask(photo, mask);
  if (roughMask) expectMask(photo, roughMask);
  if (!roughMask || box || points?.length) expectPrompt({ points, boxes: box && [box] }, photo.original ?? photo);
}

function expectMask(photo: Photo, mask: Uint8Array): void {
  if (mask.length !== photo.width * photo.height) {
    throw new PromptError(
      `The mask has ${mask.length} pixels, the photo ${photo.width} x ${photo.height}. Give a mask of the photo's size.`,
    );
  }
  if (!mask.some((value) => value !== 0)) throw emptyMask();
}

/** @throws as `expectObject`; WeightsError, DeviceError; Canceled */
export async function objectMask(
  { networks, stage }: Pick<ChainParts, 'networks' | 'stage'>,
  photo: Photo,
  { signal, ...prompt }: ObjectPrompt & { signal?: AbortSignal },
): Promise<ObjectMask> {
  expectObject(photo, prompt);
  if (prompt.mask) return { mask: prompt.mask };
  const sam = await networks.sam();
  const options = stage('segment', signal);
  const image = await sam.encode(wordsOf(photo), options);
  const maskInput = prompt.roughMask && roughMaskLogits(prompt.roughMask, photo, sam.config);
  const answer = await sam.prompt(image, { ...inDecoded(photo, prompt), maskInput }, { signal });
  return { mask: Uint8Array.from(await answer.mask.read()), quality: answer.iou[answer.tokens[0]] };
}

/** A prompt in pixels of the photo's file -> in pixels of the decoded photo. */
function inDecoded(photo: Photo, { box, points }: ObjectPrompt): SamPrompt {
  const { width, height } = photo.original ?? photo;
  const [scaleX, scaleY] = [photo.width / width, photo.height / height];
  return {
    boxes: box && [[box[0] * scaleX, box[1] * scaleY, box[2] * scaleX, box[3] * scaleY]],
    points: points?.map(({ x, y, label }) => ({ x: x * scaleX, y: y * scaleY, label })),
  };
}
