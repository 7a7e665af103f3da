/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: its options. The work itself is loaded when the command runs. */
import { type Command, Option } from 'commander';
import { SCENE_GRANULARITY } from '../pipeline/defaults.ts';
import type { CommandContext, Finish } from './context.ts';
import { addObjectOptions } from './objectOptions.ts';
import { addEngineOptions, addReportOptions, parseRrd } from './options.ts';
import type { ReconstructOptions } from './work/reconstruct.ts';

/** --scene. A scene has no prompt, no mask and no mesh. */
const addSceneOption = (command: Command): Command =>
  command.addOption(
    new Option(
      '--scene',
      'complete everything that the photo shows, not one object; needs weights of MCC for scenes ' +
        `(default of --granularity: ${SCENE_GRANULARITY})`,
    ).conflicts(['box', 'point', 'mask', 'pick', 'format', 'faces', 'texture', 'fuseDepth']),
  );

/** Adds the command to the program. */
export function addReconstruct(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('reconstruct')
    .description('make a textured 3D object from a photo')
    .argument('<photo>');
  addSceneOption(addObjectOptions(command));
  addEngineOptions(command)
    .option('--rrd <file.rrd>', 'also write a recording of all stages, for the Rerun viewer', parseRrd)
    .option('-o, --output <folder>', 'folder for the results', 'out');
  addReportOptions(command).action(async (path: string, options: ReconstructOptions) => {
    const { reconstruct } = await import('./work/reconstruct.ts');
    const isDefault = command.getOptionValueSource('granularity') === 'default';
    const scene = options.scene && isDefault ? { granularity: SCENE_GRANULARITY } : {};
    finish(await reconstruct(path, { ...options, ...scene }, context));
  });
}
