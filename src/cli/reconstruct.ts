/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: a photo in, a 3D object out. */
import { performance } from 'node:perf_hooks';
import { type Command } from 'commander';
import { version } from '../../package.json';
import { EXIT } from '../host/errors.ts';
import { OutputFolder } from '../host/node/files.ts';
import { decodeDepth, decodePhoto, decodePointMap } from '../host/node/image.ts';
import { type CameraOptions, focalOf } from '../pipeline/camera.ts';
import type { Photo } from '../pipeline/photo.ts';
import type { ChainOptions } from '../pipeline/photoTo3d.ts';
import type { Role } from '../pipeline/roles.ts';
import {
  addCameraOptions,
  addEngineOptions,
  addPromptOptions,
  addReportOptions,
  type EngineOptions,
  parseGranularity,
  parseThreshold,
  positive,
  type PromptOptions,
  type ReportOptions,
} from './options.ts';
import { reconstructionFiles } from './outputs.ts';
import { formatSeconds } from './progress.ts';
import { expectPrompt, promptsOf } from './prompts.ts';
import { type CommandContext, weightNotices, withSession } from './session.ts';

interface Options extends PromptOptions, CameraOptions, EngineOptions, ReportOptions {
  output: string;
  granularity: number;
  threshold?: number;
  temperature: number;
  depthMap?: string;
  pointCloud?: string;
}

/** Adds the command to the program. @param finish is told the exit code */
export function addReconstruct(program: Command, context: CommandContext, finish: (code: number) => void): void {
  const command = program
    .command('reconstruct')
    .description('make a colored 3D object from a photo')
    .argument('<photo>');
  addPromptOptions(command);
  addCameraOptions(command)
    .option('--granularity <step>', 'step of the grid, which is 6 wide', parseGranularity, 0.05)
    .option(
      '--threshold <p>',
      'keep points occupied with more than this (default: that of the weights, 0.1)',
      parseThreshold,
    )
    .option('--temperature <t>', 'of the softmax over colors', positive('Expected a number above 0.'), 0.1)
    .option('--depth-map <file>', 'depth instead of ZoeDepth: 16-bit PNG in millimeters, or .npy in meters')
    .addOption(
      command
        .createOption('--point-cloud <file.obj>', 'points instead of ZoeDepth: one vertex for each pixel, row by row')
        .conflicts(['depthMap', 'fov', 'focal']),
    );
  addEngineOptions(command).option('-o, --output <folder>', 'where the results go', 'out');
  addReportOptions(command).action(async (path: string, options: Options) => {
    finish(await reconstruct(path, options, context));
  });
}

async function reconstruct(path: string, options: Options, context: CommandContext): Promise<number> {
  expectPrompt(options);
  const started = performance.now();
  return withSession(context, options, async ({ progress, signal, startEngine }) => {
    const output = await OutputFolder.open(options.output);
    const photo = await decodePhoto(path);
    const input = await readInputs(photo, options);
    const notices = [
      ...(photo.notices ?? []),
      ...input.notices,
      ...weightNotices(options.weights),
      ...precisionNotices(options.precision),
    ];
    for (const notice of notices) progress.say(notice);

    const engine = await startEngine(rolesFor(options));
    const result = await engine.reconstruct(photo, { ...input.options, signal });
    progress.finish();

    const { terminal } = context;
    const { quality, crop, normalization, spacing, swept, partial } = result;
    const { box, side, maskCount, pointCount, validCount } = crop;
    const summary = {
      unflat: version,
      photo: { name: photo.name, width: photo.width, height: photo.height, original: photo.original },
      focal: focalOf(photo, options),
      options: settingsOf(options),
      ...engine.describe(),
      totalSeconds: Number(((performance.now() - started) / 1000).toFixed(3)),
      quality,
      crop: { box, side, maskCount, pointCount, validCount },
      normalization,
      spacing,
      swept,
      points: { seen: result.seen.xyz.length / 3, object: result.object.xyz.length / 3 },
      partial,
      notices,
    };
    // A partial result is written although Ctrl-C was pressed: that is what it is for.
    const paths = await output.writeAll(await reconstructionFiles(photo, result, summary));
    if (options.json) terminal.out(`${JSON.stringify(summary, undefined, 2)}\n`);
    else for (const file of paths) terminal.out(`${file}\n`);
    const asked = `${swept.queries} of ${swept.of} grid points asked`;
    progress.say(
      `${summary.points.object} points in ${formatSeconds(summary.totalSeconds)}` +
        (partial ? `; stopped by Ctrl-C with ${asked}, so the object is not complete.` : '.'),
    );
    return partial ? EXIT.interrupted : EXIT.ok;
  });
}

/** A mask, a depth map or a point cloud that is given need not be computed. */
function rolesFor({ mask, depthMap, pointCloud }: Options): Role[] {
  const hasDepth = depthMap !== undefined || pointCloud !== undefined;
  return [...(mask === undefined ? ['segment' as const] : []), ...(hasDepth ? [] : ['depth' as const]), 'complete'];
}

/** What `--precision f16` does not reach. */
const precisionNotices = (precision: EngineOptions['precision']): string[] =>
  precision === 'f16'
    ? ['Where the sweep runs in one dispatch, its weights stay f32; all other large weights are halves.']
    : [];

/** Everything that is read from files, so that their faults show before the engine starts. */
async function readInputs(photo: Photo, options: Options): Promise<{ options: ChainOptions; notices: string[] }> {
  const prompts = await promptsOf(photo, options);
  const { focal, fov, granularity, threshold, temperature } = options;
  const read: ChainOptions = { ...prompts, focal, fov, granularity, threshold, temperature };
  const pixels = photo.width * photo.height;
  if (options.depthMap !== undefined) {
    const { meters, missing } = await decodeDepth(options.depthMap, photo);
    const notices =
      missing > 0 ? [`${missing} of ${pixels} pixels of the depth map have no depth; they are left out.`] : [];
    return { options: { ...read, depth: meters }, notices };
  }
  if (options.pointCloud !== undefined) {
    const pointMap = await decodePointMap(options.pointCloud, photo);
    const { missing } = pointMap;
    const notices =
      missing > 0 ? [`${missing} of ${pixels} vertices of the point cloud are not finite; they are left out.`] : [];
    return { options: { ...read, pointMap }, notices };
  }
  return { options: read, notices: [] };
}

/** The options that a result depends on, for the summary. */
function settingsOf({ box, point, mask, granularity, threshold, temperature, depthMap, pointCloud }: Options) {
  return { box, point, mask, granularity, threshold, temperature, depthMap, pointCloud };
}
