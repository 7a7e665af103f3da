/** `unflat depth photo.jpg -o depth.png`: metric depth in 16-bit millimeters, and a colored preview. */
import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import { EXIT, UserError } from '../host/errors.ts';
import { expectWritable, OutputFolder } from '../host/node/files.ts';
import { decodePhoto } from '../host/node/image.ts';
import type { CameraOptions } from '../pipeline/camera.ts';
import { depthToMillimeters } from '../io/index.ts';
import {
  addCameraOptions,
  addEngineOptions,
  addReportOptions,
  type EngineOptions,
  type ReportOptions,
} from './options.ts';
import { depthFiles } from './outputs.ts';
import { type CommandContext, weightNotices, withSession } from './session.ts';

interface Options extends CameraOptions, EngineOptions, ReportOptions {
  output: string;
}

/** Adds the command to the program. @param finish is told the exit code */
export function addDepth(program: Command, context: CommandContext, finish: (code: number) => void): void {
  const command = program.command('depth').description('measure the depth of a photo').argument('<photo>');
  addCameraOptions(command);
  addEngineOptions(command).option(
    '-o, --output <file>',
    '16-bit PNG in millimeters; a preview goes beside it',
    'depth.png',
  );
  addReportOptions(command).action(async (path: string, options: Options) => {
    finish(await depth(path, options, context));
  });
}

async function depth(path: string, options: Options, context: CommandContext): Promise<number> {
  if (!/\.png$/i.test(options.output)) {
    throw new UserError(`The output ${options.output} has to end in .png.`, { exitCode: EXIT.usage });
  }
  return withSession(context, options, async ({ progress, signal, startEngine }) => {
    await expectWritable(options.output);
    const output = await OutputFolder.open(dirname(options.output));
    const photo = await decodePhoto(path);
    for (const notice of [...(photo.notices ?? []), ...weightNotices(options.weights)]) progress.say(notice);
    const engine = await startEngine(['depth']);
    const meters = await engine.depth(photo, { focal: options.focal, fov: options.fov, signal });
    progress.finish();
    const { saturated } = depthToMillimeters(meters);
    if (saturated > 0) progress.say(`${saturated} pixels are farther than 65.535 m; they are stored as 65.535 m.`);
    const paths = await output.writeAll(await depthFiles(basename(options.output), meters, photo), signal);
    const [nearest, farthest] = meters.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Infinity, -Infinity],
    );
    const summary = { files: paths, nearestMeters: nearest, farthestMeters: farthest, saturated, ...engine.describe() };
    context.terminal.out(options.json ? `${JSON.stringify(summary, undefined, 2)}\n` : `${paths.join('\n')}\n`);
    return EXIT.ok;
  });
}
