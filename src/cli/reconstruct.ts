/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: its options. The work itself is loaded when the command runs. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import { addObjectOptions, withGranularity } from './objectOptions.ts';
import { addEngineOptions, addReportOptions, parseRrd } from './options.ts';
import { expectSeveral, isSeveral } from './sceneOptions.ts';
import type { ReconstructOptions } from './work/reconstruct.ts';

/** Adds the command to the program. */
export function addReconstruct(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('reconstruct')
    .description('make a textured 3D object from a photo, or several')
    .argument('[photo]', 'the photo; none with --co3d');
  addObjectOptions(command);
  addEngineOptions(command)
    .option('--rrd <file.rrd>', 'also write a recording of all stages, for the Rerun viewer', parseRrd)
    .option('-o, --output <folder>', 'folder for the results', 'out')
    .addHelpText(
      'after',
      '\nSeveral objects of one photo make one scene.glb, and a folder for each:\n' +
        '  unflat reconstruct photo.jpg --object mug --box 27,44,412,595 --object bowl --point 700,420\n' +
        '  unflat reconstruct photo.jpg --mask masks.json --pick 1,4,7\n' +
        '  unflat reconstruct photo.jpg --all',
    );
  addReportOptions(command).action(async (path: string | undefined, parsed: ReconstructOptions) => {
    const options = withGranularity(parsed);
    expectSeveral(options);
    if (isSeveral(options)) {
      const { reconstructScene } = await import('./work/scene/reconstructScene.ts');
      return finish(await reconstructScene(path, options, context));
    }
    const { reconstruct } = await import('./work/reconstruct.ts');
    finish(await reconstruct(path, options, context));
  });
}
