/** `unflat depth photo.jpg -o depth.png`: its options. The work itself is loaded when the command runs. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import { addCameraOptions, addEngineOptions, addReportOptions } from './options.ts';
import type { DepthOptions } from './work/depth.ts';

/** Adds the command to the program. */
export function addDepth(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('depth')
    .description('estimate the depth of every pixel of a photo, in meters')
    .argument('<photo>');
  addCameraOptions(command);
  addEngineOptions(command).option(
    '-o, --output <file>',
    '16-bit PNG in millimeters; a color preview is written next to it',
    'depth.png',
  );
  addReportOptions(command).action(async (path: string, options: DepthOptions) => {
    const { depth } = await import('./work/depth.ts');
    finish(await depth(path, options, context));
  });
}
