/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: its options. The work itself is loaded when the command runs. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import { addObjectOptions } from './objectOptions.ts';
import { addEngineOptions, addReportOptions, parseRrd } from './options.ts';
import { addSceneOptions, expectSceneChoice, isScene } from './sceneOptions.ts';
import type { SceneOptions } from './work/scene/reconstructScene.ts';

/** Adds the command to the program. */
export function addReconstruct(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('reconstruct')
    .description('make a textured 3D object from a photo, or several')
    .argument('<photo>');
  addSceneOptions(addObjectOptions(command));
  addEngineOptions(command)
    .option('--rrd <file.rrd>', 'also write a recording of all stages, for the Rerun viewer', parseRrd)
    .option('-o, --output <folder>', 'folder for the results', 'out');
  addReportOptions(command).action(async (path: string, options: SceneOptions) => {
    expectSceneChoice(options);
    if (isScene(options)) {
      const { reconstructScene } = await import('./work/scene/reconstructScene.ts');
      return finish(await reconstructScene(path, options, context));
    }
    const { reconstruct } = await import('./work/reconstruct.ts');
    finish(await reconstruct(path, options, context));
  });
}
