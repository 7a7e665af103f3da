/** The summary of a reconstruction, which is written beside its files. */
import { version } from '../../../package.json';
import { depthToMillimeters } from '../../io/index.ts';
import { type CameraOptions, focalOf } from '../../pipeline/camera.ts';
import type { Reconstruction } from '../../pipeline/session/session.ts';
import type { Engine } from '../context.ts';
import type { ObjectOptions } from '../objectOptions.ts';
import type { Job } from './job.ts';
import { saturatedNotice } from './outputs.ts';
import { resultNotices } from './resultNotices.ts';

/** Name of the summary's file. It appears last, so that a folder that has it is whole. */
export const SUMMARY = 'summary.json';

/** Notices of a result. @param stop whether the work was stopped, and by what */
export function noticesOf(
  { depth, object, mesh, meshProblem: problem, previewProblem }: Reconstruction,
  { granularity }: ObjectOptions,
  stop: { isStopped: boolean; by: string },
): string[] {
  return [
    ...depthNotices(depth),
    ...resultNotices(object, mesh, { granularity, ...stop, problem }),
    ...(previewProblem === undefined ? [] : [`There is no preview.png: ${previewProblem}`]),
  ];
}

/** Notices of the depth of a photo. */
export function depthNotices({ meters }: Reconstruction['depth']): string[] {
  const saturated = saturatedNotice(depthToMillimeters(meters).saturated);
  return saturated === undefined ? [] : [saturated];
}

export type Summary = ReturnType<typeof summaryOf>;

/** Sizes, options, seconds and notices of a result. */
export function summaryOf(
  { photo, asked }: Job,
  result: Reconstruction,
  options: ObjectOptions,
  { engine, seconds, notices }: { engine: ReturnType<Engine['describe']>; seconds: number; notices: readonly string[] },
) {
  return {
    ...headOf(photo, asked, options, { engine, seconds }),
    ...factsOf(result),
    options: { ...settingsOf(options), threshold: result.object.threshold },
    partial: result.object.partial,
    notices,
  };
}

/** What a summary says of the run. */
export function headOf(
  photo: Job['photo'],
  asked: CameraOptions,
  options: ObjectOptions,
  { engine, seconds }: { engine: ReturnType<Engine['describe']>; seconds: number },
) {
  return {
    unflat: version,
    photo: { name: photo.name, width: photo.width, height: photo.height, original: photo.original },
    focal: focalOf(photo, asked),
    camera: asked.camera,
    options: settingsOf(options),
    ...engine,
    totalSeconds: Number(seconds.toFixed(3)),
  };
}

/** What a summary says of one object. */
export function factsOf({
  object,
  seen,
  candidate,
  mesh,
}: Pick<Reconstruction, 'object' | 'seen' | 'candidate' | 'mesh'>) {
  return {
    quality: candidate?.quality,
    stability: candidate?.stability,
    crop: seen.crop,
    normalization: seen.normalization,
    spacing: object.spacing,
    swept: object.swept,
    points: { seen: seen.cloud.xyz.length / 3, object: object.xyz.length / 3 },
    mesh: mesh && {
      faces: mesh.mesh.triangles.length / 3,
      vertices: mesh.mesh.xyz.length / 3,
      texture: mesh.textured?.texture.width ?? 0,
      ...mesh.facts,
    },
  };
}

/** The bytes of a value as a JSON file. */
export const jsonFile = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);

/** Names of the options of the mesh, which a scene does not have. */
const MESH_SETTINGS: readonly string[] = ['faces', 'texture', 'fuseDepth', 'format'];

/** Names of the options that determine a result. */
const SETTINGS = [
  ...([
    'box',
    'point',
    'mask',
    'pick',
    'object',
    'all',
    'minArea',
    'scene',
    'granularity',
    'gridBox',
    'threshold',
    'temperature',
    'sweep',
  ] as const),
  ...([
    'depthMap',
    'depthScale',
    'estimated',
    'pointCloud',
    'cloudAxes',
    'faces',
    'texture',
    'fuseDepth',
    'format',
  ] as const),
  ...(['co3d', 'frame'] as const),
];

/** The options that determine a result. */
export const settingsOf = (options: ObjectOptions) =>
  Object.fromEntries(
    SETTINGS.filter((name) => !(options.scene && MESH_SETTINGS.includes(name))).map((name) => [name, options[name]]),
  ) as Pick<ObjectOptions, (typeof SETTINGS)[number]>;
