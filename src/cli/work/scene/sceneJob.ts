/** Several objects of one photo to be made: what is read before the engine works, and the work. */
import { UserError } from '../../../host/errors.ts';
import type { NodeSession } from '../../../node.ts';
import type { Photo } from '../../../pipeline/photo.ts';
import type { Role } from '../../../pipeline/roles.ts';
import type { SceneOptions, SceneReconstruction } from '../../../pipeline/session/scene.ts';
import type { CallOptions } from '../../../pipeline/session/stages.ts';
import type { ObjectOptions } from '../../objectOptions.ts';
import { readShared } from '../job.ts';
import { findRequests, type NamedRequest, readRequests } from './requests.ts';

export interface SceneJob {
  readonly photo: Photo;
  /** The objects; undefined: SAM must find them. */
  readonly requests?: readonly NamedRequest[];
  /** What holds for all of them. */
  readonly asked: SceneOptions;
  /** What a user should know of the files that were read. */
  readonly notices: readonly string[];
}

/** Reads everything else that the objects of a photo need, so that errors show before the engine works. @throws UserError, PromptError */
export async function readSceneJob(photo: Photo, options: ObjectOptions): Promise<SceneJob> {
  const { requests, notices } = await readRequests(photo, options);
  const shared = await readShared(photo, options);
  return {
    ...{ photo, requests, asked: shared.asked },
    notices: [...(photo.notices ?? []), ...notices, ...shared.notices],
  };
}

/** The roles that are needed: given masks, a depth map or a point cloud replace a network. */
export function sceneRoles({ requests, asked }: SceneJob): Role[] {
  const needsMasks = requests?.some(({ mask }) => mask === undefined) ?? true;
  const needsDepth = !asked.depth && !asked.pointMap;
  return [...(needsMasks ? ['segment' as const] : []), ...(needsDepth ? ['depth' as const] : []), 'complete'];
}

/** The objects that a job asks for, or those that SAM finds. @throws UserError if it finds none */
export async function requestsOf(
  session: Pick<NodeSession, 'everything' | 'photo'>,
  { requests }: SceneJob,
  options: ObjectOptions & { readonly weights: string },
  call: CallOptions,
): Promise<{ requests: readonly NamedRequest[]; notices: readonly string[] }> {
  if (requests) return { requests, notices: [] };
  return findRequests(session, options, options.weights, call);
}

/** @throws UserError if no object could be made */
export function expectObjects({ objects, failed }: SceneReconstruction): void {
  if (objects.length > 0) return;
  const lines = failed.map(({ name, problem }) => `\n  ${name}: ${problem}`);
  throw new UserError(`None of the objects could be made.${lines.join('')}`, {
    hint: 'Give other prompts, or a lower --threshold.',
  });
}
