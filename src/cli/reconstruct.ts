/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: its options. The work itself is loaded when the command runs. */
import { type Command, Option } from 'commander';
import { SCENE_GRANULARITY } from '../pipeline/defaults.ts';
import type { CommandContext, Finish } from './context.ts';
import { addObjectOptions } from './objectOptions.ts';
import { addEngineOptions, addReportOptions, parseRrd } from './options.ts';
import { addSeveralOptions, expectSeveral, isSeveral } from './sceneOptions.ts';
import type { SceneOptions } from './work/scene/reconstructScene.ts';

/** --scene. A scene has no prompt, no mask and no mesh. */
const addSceneOption = (command: Command): Command =>
  command.addOption(
    new Option(
      '--scene',
      'complete everything that the photo shows, not one object; needs weights of MCC for scenes ' +
        `(default of --granularity: ${SCENE_GRANULARITY})`,
    ).conflicts(['box', 'point', 'mask', 'pick', 'format', 'faces', 'texture', 'fuseDepth', 'object', 'all']),
  );

/** Adds the command to the program. */
export function addReconstruct(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('reconstruct')
    .description('make a textured 3D object from a photo, or several')
    .argument('[photo]', 'the photo; none with --co3d');
  addSceneOption(addSeveralOptions(addObjectOptions(command)));
  addEngineOptions(command)
    .option('--rrd <file.rrd>', 'also write a recording of all stages, for the Rerun viewer', parseRrd)
    .option('-o, --output <folder>', 'folder for the results', 'out');
  addReportOptions(command).action(async (path: string | undefined, options: SceneOptions) => {
    expectSeveral(options);
    if (isSeveral(options)) {
      const { reconstructScene } = await import('./work/scene/reconstructScene.ts');
      return finish(await reconstructScene(path, options, context));
    }
    const { reconstruct } = await import('./work/reconstruct.ts');
    const isDefault = command.getOptionValueSource('granularity') === 'default';
    const scene = options.scene && isDefault ? { granularity: SCENE_GRANULARITY } : {};
    finish(await reconstruct(path, { ...options, ...scene }, context));
  });
}
