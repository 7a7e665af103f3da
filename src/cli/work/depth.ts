/** `unflat depth photo.jpg -o depth.png`: metric depth in 16-bit millimeters, and a colored preview. */
import { basename, dirname } from 'node:path';
import { EXIT, UserError } from '../../host/errors.ts';
import { tryOutput, OutputFolder } from '../../host/node/files.ts';
import { decodePhoto } from '../../host/node/image.ts';
import type { CameraOptions } from '../../pipeline/camera.ts';
import { depthToMillimeters } from '../../io/index.ts';
import type { CommandContext } from '../context.ts';
import type { EngineOptions, ReportOptions } from '../options.ts';
import { depthFiles, saturatedNotice } from './outputs.ts';
import { runCommand, weightNotices } from './commandRun.ts';

export interface DepthOptions extends CameraOptions, EngineOptions, ReportOptions {
  output: string;
}

export async function depth(path: string, options: DepthOptions, context: CommandContext): Promise<number> {
  if (!/\.png$/i.test(options.output)) {
    throw new UserError(`The output ${options.output} must end in .png.`, { exitCode: EXIT.usage });
  }
  return runCommand(context, options, async ({ progress, call, startEngine }) => {
    await tryOutput(options.output);
    const output = await OutputFolder.open(dirname(options.output));
    const photo = await decodePhoto(path);
    for (const notice of [...(photo.notices ?? []), ...weightNotices(options.weights)]) progress.say(notice);
    const engine = await startEngine(['depth']);
    const { meters } = await engine.depth(photo, { focal: options.focal, fov: options.fov }, call);
    progress.update({ stage: 'files', done: 0, total: 1 });
    const { saturated } = depthToMillimeters(meters);
    const notice = saturatedNotice(saturated);
    if (notice !== undefined) progress.say(notice);
    const paths = await output.writeAll(await depthFiles(basename(options.output), meters, photo), call.signal);
    progress.finish();
    const [nearest, farthest] = meters.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Infinity, -Infinity],
    );
    const summary = { files: paths, nearestMeters: nearest, farthestMeters: farthest, saturated, ...engine.describe() };
    context.terminal.out(options.json ? `${JSON.stringify(summary, undefined, 2)}\n` : `${paths.join('\n')}\n`);
    return EXIT.ok;
  });
}
