/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: a photo in, a 3D object out. */
import { performance } from 'node:perf_hooks';
import { version } from '../../../package.json';
import type { Box, CompleteOptions } from '../../pipeline/roles.ts';
import { EXIT, UserError } from '../../host/errors.ts';
import { viewTemplate } from '../../host/node/bundled.ts';
import { OutputFolder, tryOutput, writeTogether } from '../../host/node/files.ts';
import { decodeDepth, decodePointMap } from '../../host/node/geometryFile.ts';
import { decodePhoto } from '../../host/node/image.ts';
import { type Axes, depthToMillimeters, doubtfulAxes } from '../../io/index.ts';
import { type CameraOptions, focalOf } from '../../pipeline/camera.ts';
import { DEFAULT_TEXTURE } from '../../pipeline/defaults.ts';
import { gridOf } from '../../pipeline/mcc/grid.ts';
import type { Photo } from '../../pipeline/photo.ts';
import type { Role } from '../../pipeline/roles.ts';
import type { ReconstructOptions as EngineReconstructOptions } from '../../pipeline/session/options.ts';
import type { CommandContext } from '../context.ts';
import {
  ALWAYS_WRITTEN,
  SWEEP_OF,
  type EngineOptions,
  type MeshOptions,
  type PromptOptions,
  type ReportOptions,
} from '../options.ts';
import { OPTIONAL_FILES, reconstructionFiles, recordingOf, saturatedNotice } from './outputs.ts';
import { resultNotices } from './resultNotices.ts';
import { stoppedBy } from '../interrupt.ts';
import { formatSeconds } from '../progress.ts';
import { promptsOf } from './prompts.ts';
import { SweepEstimate } from './sweepEstimate.ts';
import { runCommand, weightNotices } from './commandRun.ts';

export interface ReconstructOptions extends PromptOptions, CameraOptions, MeshOptions, EngineOptions, ReportOptions {
  output: string;
  /** File for the recording. */
  rrd?: string;
  granularity: number;
  gridBox?: Box;
  threshold?: number;
  temperature: number;
  sweep: keyof typeof SWEEP_OF;
  depthMap?: string;
  pointCloud?: string;
  cloudAxes?: Axes;
}

export async function reconstruct(path: string, options: ReconstructOptions, context: CommandContext): Promise<number> {
  expectTexture(options);
  // With --grid-box the whole grid is known, so it is checked before the engine starts.
  if (options.gridBox) gridOf(options.granularity, options.gridBox);
  const started = performance.now();
  return runCommand(context, options, async ({ progress, call, startEngine }) => {
    const output = await OutputFolder.open(options.output);
    if (options.rrd !== undefined) await tryOutput(options.rrd);
    const template = await viewTemplate();
    const photo = await decodePhoto(path);
    const input = await readInputs(photo, options);
    const isCutout = photo.cutout !== undefined && input.options.mask === photo.cutout;
    const notices = [
      ...(photo.notices ?? []),
      ...(isCutout ? ['What is opaque in the photo is taken as the mask.'] : []),
      ...input.notices,
      ...weightNotices(options.weights),
      ...precisionNotices(options.precision),
    ];
    for (const notice of notices) progress.say(notice);

    const estimate = new SweepEstimate(options.granularity, options.sweep);
    const engine = await startEngine(rolesFor(options, input.options));
    const result = await engine.reconstruct(photo, input.options, {
      ...call,
      onProgress(event) {
        call.onProgress(event);
        const notice = call.signal.aborted ? undefined : estimate.notice(event);
        if (notice !== undefined) progress.say(notice);
      },
    });
    progress.update({ stage: 'files', done: 0, total: 1 });

    const { terminal } = context;
    const { object, seen, candidate, mesh, meshProblem: problem } = result;
    const formats = [...new Set([...ALWAYS_WRITTEN, ...options.format])];
    const isStopped = object.partial || (call.signal.aborted && !mesh && problem === undefined);
    const stop = stoppedBy(call.signal);
    const saturated = saturatedNotice(depthToMillimeters(result.depth.meters).saturated);
    const found = [
      ...(saturated === undefined ? [] : [saturated]),
      ...resultNotices(object, mesh, { granularity: options.granularity, isStopped, by: stop.by, problem }),
    ];
    const files = await reconstructionFiles(photo, result, { formats, template });
    const summary = {
      unflat: version,
      photo: { name: photo.name, width: photo.width, height: photo.height, original: photo.original },
      focal: focalOf(photo, options),
      options: { ...settingsOf(options), threshold: object.threshold },
      ...engine.describe(),
      totalSeconds: Number(((performance.now() - started) / 1000).toFixed(3)),
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
      partial: object.partial,
      notices: [...notices, ...found],
    };
    files['summary.json'] = new TextEncoder().encode(`${JSON.stringify(summary, undefined, 2)}\n`);
    const recording = options.rrd === undefined ? {} : { [options.rrd]: recordingOf(photo, input.options, result) };
    const old =
      (await output.others(['summary.json'], {})).length > 0 ? await output.others(OPTIONAL_FILES, files) : [];
    // No signal here: after Ctrl-C a partial result is written, too.
    const paths = await writeTogether({ ...output.withPaths(files), ...recording });
    await output.remove(old);
    progress.finish();
    if (options.json) terminal.out(`${JSON.stringify(summary, undefined, 2)}\n`);
    else for (const file of paths) terminal.out(`${file}\n`);
    const { points } = summary;
    const faces = mesh ? `A mesh of ${summary.mesh!.faces} triangles from ` : '';
    progress.say(`${faces}${points.object} points in ${formatSeconds(summary.totalSeconds)}.`);
    for (const notice of found) progress.say(notice);
    if (old.length > 0)
      progress.say(`Files of the earlier result that this one does not have were deleted: ${old.join(', ')}.`);
    if (isStopped) return stop.exitCode;
    return object.xyz.length > 0 ? EXIT.ok : EXIT.failure;
  });
}

/** @throws UserError with the usage exit code if a format needs the texture that is not wanted */
function expectTexture({ format, texture }: ReconstructOptions): void {
  if (texture > 0 || !format.includes('usdz')) return;
  throw new UserError('--format usdz needs a texture, and --texture is 0.', {
    hint: `Leave one of the two out, or give --texture ${DEFAULT_TEXTURE}.`,
    exitCode: EXIT.usage,
  });
}

/** The roles that are needed: a given mask, depth map or point cloud replaces a network. */
function rolesFor({ depthMap, pointCloud }: ReconstructOptions, { mask }: EngineReconstructOptions): Role[] {
  const hasDepth = depthMap !== undefined || pointCloud !== undefined;
  return [...(mask === undefined ? ['segment' as const] : []), ...(hasDepth ? [] : ['depth' as const]), 'complete'];
}

/** Which weights `--precision f16` does not change. */
const precisionNotices = (precision: EngineOptions['precision']): string[] =>
  precision === 'f16'
    ? ['If the sweep runs in one dispatch, its weights stay f32. All other large weights are stored as f16.']
    : [];

/** Reads all input files, so that their errors show before the engine starts. */
async function readInputs(
  photo: Photo,
  options: ReconstructOptions,
): Promise<{ options: EngineReconstructOptions; notices: string[] }> {
  const prompts = await promptsOf(photo, options);
  const { focal, fov, granularity, gridBox, threshold, temperature } = options;
  const grid: CompleteOptions = { granularity, gridBox, threshold, temperature, sweep: SWEEP_OF[options.sweep] };
  const mesh = { faces: options.faces, texture: options.texture, fuseDepth: options.fuseDepth === 'on' };
  const read: EngineReconstructOptions = { ...prompts, focal, fov, ...grid, ...mesh };
  const pixels = photo.width * photo.height;
  if (options.depthMap !== undefined) {
    const { meters, missing } = await decodeDepth(options.depthMap, photo);
    const notices = [
      ...(missing > 0 ? [`${missing} of ${pixels} pixels of the depth map have no depth and are left out.`] : []),
      ...farNotice(meters),
    ];
    return { options: { ...read, depth: meters }, notices };
  }
  if (options.pointCloud !== undefined) {
    const pointMap = await decodePointMap(options.pointCloud, photo, options.cloudAxes);
    const { missing, xyz } = pointMap;
    const doubts = doubtfulAxes(xyz, photo.width);
    const notices = [
      ...(missing > 0 ? [`${missing} of ${pixels} pixels have no point in the point cloud, and are left out.`] : []),
      ...(doubts === undefined ? [] : [`The axes of the point cloud look wrong: ${doubts}.`]),
    ];
    return { options: { ...read, pointMap }, notices };
  }
  return { options: read, notices: [] };
}

/** A depth beyond which a whole map is taken for millimeters: no photo of an object is taken from so far, in meters. */
const FAR_METERS = 100;

/** A notice for a depth map in meters that surely holds millimeters. */
function farNotice(meters: Float32Array): string[] {
  const nearest = meters.reduce((least, value) => (value < least ? value : least), Infinity);
  if (nearest < FAR_METERS) return [];
  return [
    `The nearest depth is ${nearest.toPrecision(3)} m. If the file holds millimeters, store them as whole numbers, or divide by 1000.`,
  ];
}

/** The options that determine a result, for the summary. */
function settingsOf({ box, point, mask, granularity, gridBox, threshold, temperature, ...given }: ReconstructOptions) {
  const { sweep, depthMap, pointCloud, cloudAxes, faces, texture, fuseDepth, format } = given;
  return {
    ...{ box, point, mask, granularity, gridBox, threshold, temperature, sweep, depthMap, pointCloud, cloudAxes },
    ...{ faces, texture, fuseDepth, format },
  };
}
