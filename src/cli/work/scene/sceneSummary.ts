/** What is said of several objects of one photo: the summary beside their files, and notices. */
import type { SceneReconstruction } from '../../../pipeline/session/scene.ts';
import type { Engine } from '../../context.ts';
import type { ObjectOptions } from '../../objectOptions.ts';
import type { SceneChoice } from '../../sceneOptions.ts';
import { resultNotices } from '../resultNotices.ts';
import { depthNotices, factsOf, headOf } from '../summary.ts';
import type { SceneJob } from './sceneJob.ts';

/** Sizes, options, seconds and notices of a scene and its objects. */
export function sceneSummary(
  { photo, asked }: SceneJob,
  scene: SceneReconstruction,
  options: ObjectOptions,
  { engine, seconds, notices }: { engine: ReturnType<Engine['describe']>; seconds: number; notices: readonly string[] },
) {
  return {
    ...headOf(photo, asked, options, { engine, seconds }),
    objects: scene.objects.map(({ name, within, ...made }) => ({
      ...{ name, within, prompt: promptOf(name, options) },
      ...factsOf(made),
    })),
    ...{ failed: scene.failed, stopped: scene.stopped, notices },
  };
}

/** The prompt of an object, if it was given as a group. */
function promptOf(name: string, { object }: SceneChoice) {
  const group = object?.find((one, i) => (one.name ?? `object-${i + 1}`) === name);
  if (!group) return undefined;
  const { box, point, mask, pick } = group;
  return { box, point, mask, pick };
}

/** What a user should know of the result. @param by what stopped the work, if something did */
export function sceneNotices(scene: SceneReconstruction, { granularity }: ObjectOptions, by: string): string[] {
  const { depth, objects, failed, stopped } = scene;
  const ofObjects = objects.flatMap(({ name, object, mesh, meshProblem: problem, within }) => [
    ...(within === undefined ? [] : [`${name}: it lies within ${within}, so the scene shows that part twice.`]),
    ...resultNotices(object, mesh, { granularity, isStopped: false, by, problem }).map((one) => `${name}: ${one}`),
  ]);
  return [
    ...depthNotices(depth),
    ...ofObjects,
    ...failed.map(({ name, problem }) => `${name} could not be made: ${problem}`),
    ...(stopped.length > 0 ? [`Stopped by ${by}: ${stopped.join(', ')} not made. What is there is whole.`] : []),
  ];
}
