/** The options that say what is made of a photo: which object of it, or which objects, camera, grid, depth of one's own, mesh. */
import { type Command, Option } from 'commander';
import type { CameraOptions } from '../pipeline/camera.ts';
import { DEFAULT_GRANULARITY, DEFAULT_TEMPERATURE, SCENE_GRANULARITY } from '../pipeline/defaults.ts';
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
  type SWEEP_OF,
} from './options.ts';
import { addSeveralOptions, type SceneChoice } from './sceneOptions.ts';

export interface ObjectOptions extends SceneChoice, Pick<CameraOptions, 'focal' | 'fov'>, MeshOptions {
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
  /** Whether depth map or point cloud come from a network. */
  estimated?: boolean;
  pointCloud?: string;
  cloudAxes?: Axes;
  /** frame_annotations.jgz of a category of CO3D: with `frame`, in place of a photo. */
  co3d?: string;
  /** SEQUENCE/NUMBER. */
  frame?: string;
}

/** Names of the options that a frame of CO3D replaces. */
export const REPLACED_BY_FRAME = [
  ...(['box', 'point', 'mask', 'pick', 'object', 'all', 'minArea', 'scene', 'focal', 'fov'] as const),
  ...(['depthMap', 'depthScale', 'estimated', 'pointCloud', 'cloudAxes'] as const),
];

/** The options as they are parsed. */
export type ParsedObjectOptions = Omit<ObjectOptions, 'granularity'> & { granularity?: number };

/** Fills in the step of the grid, whose default depends on what is made. */
export const withGranularity = <T extends Pick<ParsedObjectOptions, 'scene' | 'granularity'>>(
  options: T,
): T & { granularity: number } => ({
  ...options,
  granularity: options.granularity ?? (options.scene ? SCENE_GRANULARITY : DEFAULT_GRANULARITY),
});

/** --scene. A scene has no prompt, no mask and no mesh. */
const addSceneOption = (command: Command): Command =>
  command.addOption(
    new Option(
      '--scene',
      'complete everything that the photo shows, not one object; needs weights of MCC for scenes',
    ).conflicts(['box', 'point', 'mask', 'pick', 'format', 'faces', 'texture', 'fuseDepth', 'object', 'all']),
  );

/** Adds the options to a command. Parsed, they lack the step of the grid if it was not given: see `withGranularity`. */
export function addObjectOptions(command: Command): Command {
  addSceneOption(addSeveralOptions(addMaskOption(addPromptOptions(command))));
  addCameraOptions(command)
    .option(
      '--granularity <step>',
      'step of the grid, in the object’s own frame; a smaller step is finer and slower ' +
        `(default: ${DEFAULT_GRANULARITY}; ${SCENE_GRANULARITY} with --scene)`,
      parsePositive,
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
      'depth to use instead of the network’s: 16-bit PNG in millimeters; OpenEXR or .npy in meters (whole numbers: millimeters)',
    )
    .option(
      '--depth-scale <meters>',
      'meters that a value of 1 in the depth map stands for (default: 0.001 for whole numbers, 1 for others)',
      parsePositive,
    )
    .option(
      '--estimated',
      'the depth map or point cloud is a network’s estimate: the mesh follows its details, but not its place',
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
    )
    .addOption(
      command
        .createOption(
          '--co3d <frame_annotations.jgz>',
          'with --frame, in place of a photo: its photo, mask, depth and camera from the data set CO3D',
        )
        .conflicts([...REPLACED_BY_FRAME]),
    )
    .option('--frame <sequence/number>', 'which frame of --co3d');
  return addMeshOptions(command);
}
