/** Which objects of a photo a scene has: from groups of prompts, from numbers of masks, or from all masks that there are. */
import { EXIT, UserError } from '../../../host/errors.ts';
import { BUNDLED } from '../../../host/node/bundled.ts';
import { decodeMask, decodeMasks, type PickableMask } from '../../../host/node/maskFile.ts';
import { TINY_SEARCH } from '../../../pipeline/everything/defaults.ts';
import { wholeMasks } from '../../../pipeline/everything/wholeMasks.ts';
import { maskOf } from '../../../pipeline/maskRuns.ts';
import type { Photo } from '../../../pipeline/photo.ts';
import type { ObjectRequest } from '../../../pipeline/session/scene.ts';
import type { CallOptions } from '../../../pipeline/session/stages.ts';
import type { NodeSession } from '../../../node.ts';
import { expectNames, isFolderName } from '../../objectNames.ts';
import { picksOf, type SceneChoice } from '../../sceneOptions.ts';
import { SCENE_FILES } from '../outputs.ts';
import { promptsOf } from '../prompts.ts';

/** An object with its name. */
export type NamedRequest = ObjectRequest & { readonly name: string };

/** What is known before the engine starts: the objects, or undefined if SAM must find them; and what a user should know of them. */
export interface Wanted {
  readonly requests?: readonly NamedRequest[];
  readonly notices: readonly string[];
}

/** Reads the masks of a scene and checks prompts and names. @throws UserError, PromptError */
export async function readRequests(photo: Photo, choice: SceneChoice): Promise<Wanted> {
  const wanted = await chosen(photo, choice);
  expectNames(wanted.requests?.map(({ name }) => name) ?? [], SCENE_FILES);
  return wanted;
}

async function chosen(photo: Photo, choice: SceneChoice): Promise<Wanted> {
  const { object, mask, pick, all, minArea } = choice;
  if (object) {
    const requests: NamedRequest[] = [];
    for (const [i, { name = `object-${i + 1}`, ...group }] of object.entries()) {
      requests.push({ name, ...(await about(name, () => promptsOf(photo, group))) });
    }
    return { requests, notices: [] };
  }
  if (!all) {
    if (mask === undefined) {
      throw new UserError(`--pick ${pick} says which masks of a file, and there is no --mask.`, {
        hint: `Give the file as well: --mask masks.json --pick ${pick}.`,
        exitCode: EXIT.usage,
      });
    }
    const requests: NamedRequest[] = [];
    for (const id of picksOf(pick!)) requests.push({ name: maskName(id), mask: await decodeMask(mask, photo, id) });
    return { requests, notices: [] };
  }
  return mask === undefined ? { notices: [] } : wholeOf(await decodeMasks(mask, photo), photo, minArea);
}

/** The objects that SAM finds. @throws UserError if there is none */
export async function findRequests(
  session: Pick<NodeSession, 'everything' | 'photo'>,
  { minArea }: SceneChoice,
  weights: string,
  call: CallOptions,
): Promise<Required<Wanted>> {
  const found = await session.everything(weights === BUNDLED ? TINY_SEARCH : {}, call);
  const masks = found.map(({ mask }, i) => ({ id: String(i + 1), mask }));
  return wholeOf(masks, session.photo, minArea);
}

/** The masks of whole objects. @param minArea in pixels of the photo's file */
function wholeOf(masks: readonly PickableMask[], photo: Photo, minArea: number | undefined): Required<Wanted> {
  const { width, height } = photo.original ?? photo;
  const reduced = (photo.width * photo.height) / (width * height);
  const { whole, small, background, groups, parts } = wholeMasks(
    masks.map(({ mask }) => mask),
    { ...(minArea !== undefined && { minArea: minArea * reduced }) },
  );
  const counts = [
    `${small.length} too small`,
    `${background.length} of the background`,
    `${groups.length} of several objects`,
    `${parts.length} parts of others`,
  ];
  const left = `${masks.length} masks: ${whole.length} of whole objects, ${counts.join(', ')}.`;
  if (whole.length === 0) {
    throw new UserError(masks.length === 0 ? 'No mask was found in the photo.' : `There is no object in ${left}`, {
      hint:
        'Give a smaller --min-area, or say which objects you mean: --object --box ..., or `unflat segment --everything` ' +
        'and then --mask masks.json --pick 1,4.',
    });
  }
  const requests = whole.map((index) => ({ name: maskName(masks[index].id), mask: maskOf(masks[index].mask) }));
  return { requests, notices: [`There are ${left}`] };
}

/** The name of an object by the number of its mask. Numbers of a JSON file may be any texts. */
function maskName(id: string): string {
  const name = `mask-${id}`;
  return isFolderName(name) ? name : `mask-${id.replace(/[^\p{L}\p{N}_-]+/gu, '_').slice(0, 50)}`;
}

/** @throws as `read`, with the name of the object */
async function about<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error) error.message = `The object ${name}: ${error.message}`;
    throw error;
  }
}
