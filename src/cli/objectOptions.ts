/** The options that shape one object: which object of the photo, camera, grid, depth of one's own, mesh. */
import type { Command } from 'commander';
import type { CameraOptions } from '../pipeline/camera.ts';
import { DEFAULT_GRANULARITY, DEFAULT_TEMPERATURE } from '../pipeline/defaults.ts';
import { defaultThreshold } from '../pipeline/mcc/config.ts';
import type { Box } from '../pipeline/roles.ts';
import { type Axes, CAMERA_AXES } from '../io/pointAxes.ts';
import {
  addCameraOptions,
  addMaskOption,
  addMeshOptions,
  addPromptOptions,
  type MeshOptions,
  parseCloudAxes,
  parseGridBox,
  parsePositive,
  parseThreshold,
  type PromptOptions,
  type SWEEP_OF,
} from './options.ts';

export interface ObjectOptions extends PromptOptions, CameraOptions, MeshOptions {
  /** Whether all that the photo shows is meant. */
  scene?: boolean;
  granularity: number;
  gridBox?: Box;
  threshold?: number;
  temperature: number;
  sweep: keyof typeof SWEEP_OF;
  depthMap?: string;
  /** Meters of a value of 1 in the depth map. */
  depthScale?: number;
  pointCloud?: string;
  cloudAxes?: Axes;
}

/** Adds the options to a command. */
export function addObjectOptions(command: Command): Command {
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
    .option(
      '--depth-scale <meters>',
      'meters that a value of 1 in the depth map stands for (default: 0.001 for whole numbers, 1 for others)',
      parsePositive,
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
  return addMeshOptions(command);
}
