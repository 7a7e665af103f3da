/** What an item of a batch becomes: files, a summary, and what its line of results says. */
import { ALWAYS_WRITTEN } from '../../options.ts';
import { reconstructionFiles, sceneFiles } from '../outputs.ts';
import { sceneNotices, sceneSummary } from '../scene/sceneSummary.ts';
import { jsonFile, noticesOf, SUMMARY, summaryOf } from '../summary.ts';
import type { Item } from './item.ts';
import type { Made } from './objectMaker.ts';
import type { ResultLine } from './results.ts';

interface Product {
  /** By name; the summary is the last one. */
  readonly files: Record<string, Uint8Array>;
  readonly facts: Pick<ResultLine, 'points' | 'faces' | 'objects' | 'failed' | 'notices'>;
}

/** Nothing stops the work on an item whose files are written. */
const GOING = { isStopped: false, by: '' };

/**
 * Encodes what was made of an item.
 * @param template text of the page view.html
 * @param only names of the files that are wanted, besides the summary; in the folder of each object, where there are several
 * @throws Error if one object was asked for, and no point was found
 */
export async function productOf(
  made: Made,
  { options }: Item,
  template: string,
  only: readonly string[] | undefined,
): Promise<Product> {
  const making = { formats: [...new Set([...ALWAYS_WRITTEN, ...options.format])], template };
  const { engine, seconds } = made;
  const withSummary = (files: Record<string, Uint8Array>, summary: unknown): Product['files'] => ({
    ...Object.fromEntries(Object.entries(files).filter(([path]) => only?.includes(path.split('/').at(-1)!) ?? true)),
    [SUMMARY]: jsonFile(summary),
  });
  if ('scene' in made) {
    const { several: job, scene } = made;
    const notices = [...job.notices, ...sceneNotices(scene, options, GOING.by)];
    const files = await sceneFiles(job.photo, scene, making);
    return {
      files: withSummary(files, sceneSummary(job, scene, options, { engine, seconds, notices })),
      facts: {
        ...countsOf(scene.objects),
        objects: scene.objects.map(({ name }) => name),
        ...(scene.failed.length > 0 && { failed: scene.failed }),
        notices,
      },
    };
  }
  const { job, result } = made;
  const notices = [...job.notices, ...noticesOf(result, options, GOING)];
  if (result.object.xyz.length === 0) throw new Error(notices.at(-1));
  const files = await reconstructionFiles(job.photo, result, making);
  return {
    files: withSummary(files, summaryOf(job, result, options, { engine, seconds, notices })),
    facts: { ...countsOf([result]), notices },
  };
}

/** Points and triangles of all objects together. */
function countsOf(objects: readonly Pick<Extract<Made, { job: unknown }>['result'], 'object' | 'mesh'>[]) {
  const meshes = objects.flatMap(({ mesh }) => (mesh ? [mesh] : []));
  return {
    points: objects.reduce((sum, { object }) => sum + object.xyz.length / 3, 0),
    ...(meshes.length > 0 && { faces: meshes.reduce((sum, { mesh }) => sum + mesh.triangles.length / 3, 0) }),
  };
}
