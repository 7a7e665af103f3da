/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: its options. The work itself is loaded when the command runs. */
import type { Command } from 'commander';
import { defaultThreshold } from '../pipeline/mcc/config.ts';
import { CAMERA_AXES } from '../io/pointAxes.ts';
import { DEFAULT_GRANULARITY, DEFAULT_TEMPERATURE } from '../pipeline/defaults.ts';
import type { CommandContext, Finish } from './context.ts';
import {
  addCameraOptions,
  addEngineOptions,
  addMaskOption,
  addMeshOptions,
  addPromptOptions,
  addReportOptions,
  parseCloudAxes,
  parseGridBox,
  parsePositive,
  parseRrd,
  parseThreshold,
} from './options.ts';
import type { ReconstructOptions } from './work/reconstruct.ts';

/** Adds the command to the program. */
export function addReconstruct(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('reconstruct')
    .description('make a textured 3D object from a photo')
    .argument('<photo>');
  addMaskOption(addPromptOptions(command));
  addCameraOptions(command)
    .option(
      '--granularity <step>',
      'step of the grid, in the object’s own frame; a smaller step is finer and slower',
      parsePositive,
      DEFAULT_GRANULARITY,
    )
    .option(
      '--grid-box <x0,y0,z0,x1,y1,z1>',
      'corners of the grid, in the object’s own frame (default: from the weights)',
      parseGridBox,
    )
    .option(
      '--threshold <p>',
      `keep points whose probability is above this (default: from the weights, else ${defaultThreshold})`,
      parseThreshold,
    )
    .option(
      '--temperature <t>',
      'temperature of the color softmax; a lower one averages colors less',
      parsePositive,
      DEFAULT_TEMPERATURE,
    )
    .addOption(
      command
        .createOption('--sweep <way>', 'points to query: from coarse to fine those near the object, or all of the grid')
        .choices(['coarse', 'full'])
        .default('coarse'),
    )
    .option(
      '--depth-map <file>',
      'depth to use instead of the network’s: 16-bit PNG in millimeters, or .npy in meters (whole numbers: millimeters)',
    )
    .addOption(
      command
        .createOption(
          '--point-cloud <file.obj>',
          'points to use instead of depth: one vertex for each pixel, row by row',
        )
        .conflicts(['depthMap', 'fov', 'focal']),
    )
    .option(
      '--cloud-axes <right,down,forward>',
      `axes of the point cloud that point right, down and forward, such as x,-y,-z (default: ${CAMERA_AXES})`,
      parseCloudAxes,
    );
  addMeshOptions(command);
  addEngineOptions(command)
    .option('--rrd <file.rrd>', 'also write a recording of all stages, for the Rerun viewer', parseRrd)
    .option('-o, --output <folder>', 'folder for the results', 'out');
  addReportOptions(command).action(async (path: string, options: ReconstructOptions) => {
    const { reconstruct } = await import('./work/reconstruct.ts');
    finish(await reconstruct(path, options, context));
  });
}
