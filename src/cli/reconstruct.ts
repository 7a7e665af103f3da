/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: its options. What it does is loaded when it is called. */
import type { Command } from 'commander';
import { defaultThreshold } from '../pipeline/mcc/config.ts';
import { DEFAULT_GRANULARITY, DEFAULT_TEMPERATURE } from '../pipeline/defaults.ts';
import type { CommandContext, Finish } from './context.ts';
import {
  addCameraOptions,
  addEngineOptions,
  addMaskOption,
  addPromptOptions,
  addReportOptions,
  parseGridBox,
  parsePositive,
  parseThreshold,
} from './options.ts';
import type { ReconstructOptions } from './work/reconstruct.ts';

/** Adds the command to the program. */
export function addReconstruct(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('reconstruct')
    .description('make a colored 3D object from a photo')
    .argument('<photo>');
  addMaskOption(addPromptOptions(command));
  addCameraOptions(command)
    .option('--granularity <step>', 'distance between the points of the grid', parsePositive, DEFAULT_GRANULARITY)
    .option(
      '--grid-box <x0,y0,z0,x1,y1,z1>',
      'corners of the grid, in the object’s own frame (default: those of the weights)',
      parseGridBox,
    )
    .option(
      '--threshold <p>',
      `keep points whose probability is above this (default: that of the weights, or ${defaultThreshold} where they have none)`,
      parseThreshold,
    )
    .option(
      '--temperature <t>',
      'sharpness of the colors: the temperature of their softmax',
      parsePositive,
      DEFAULT_TEMPERATURE,
    )
    .addOption(
      command
        .createOption('--sweep <way>', 'points asked: all of the grid, or from coarse to fine those near the object')
        .choices(['full', 'coarse'])
        .default('full'),
    )
    .option('--depth-map <file>', 'depth instead of ZoeDepth: 16-bit PNG in millimeters, or .npy in meters')
    .addOption(
      command
        .createOption('--point-cloud <file.obj>', 'points instead of ZoeDepth: one vertex for each pixel, row by row')
        .conflicts(['depthMap', 'fov', 'focal']),
    );
  addEngineOptions(command).option('-o, --output <folder>', 'where the results go', 'out');
  addReportOptions(command).action(async (path: string, options: ReconstructOptions) => {
    const { reconstruct } = await import('./work/reconstruct.ts');
    finish(await reconstruct(path, options, context));
  });
}
