/** `unflat segment photo.jpg --point 310,220 --point 40,40,0 -o mask.png`, and with --everything all masks: its options. The work itself is loaded when the command runs. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import { addEverythingOptions } from './everythingOptions.ts';
import { addEngineOptions, addPickOption, addPromptOptions, addReportOptions } from './options.ts';
import type { SegmentOptions } from './work/segment.ts';

/** Adds the command to the program. */
export function addSegment(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('segment')
    .description('find one object in a photo, or with --everything all that there are, and write masks')
    .argument('<photo>');
  addPromptOptions(command).option(
    '--mask <file>',
    'rough mask to refine, alone or with --box and --point: an image as large as the photo, white on the object; or ' +
      'with --pick a label PNG, or COCO’s or SA-1B’s .json',
  );
  addPickOption(command);
  addEverythingOptions(command);
  addEngineOptions(command).option(
    '-o, --output <file>',
    'mask, white on the object: a .png, or a lossless .webp (default: mask.png); with --everything a .json in COCO’s ' +
      'format, and beside it a picture of all masks (default: masks.json)',
  );
  addReportOptions(command).action(async (path: string, options: SegmentOptions) => {
    if (options.everything) {
      const { segmentEverything } = await import('./work/everything.ts');
      return finish(await segmentEverything(path, options, context));
    }
    const { segment } = await import('./work/segment.ts');
    finish(await segment(path, options, context));
  });
}
