/** `unflat segment photo.jpg --point 310,220 --point 40,40,0 -o mask.png`: its options. What it does is loaded when it is called. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import { addEngineOptions, addPromptOptions, addReportOptions } from './options.ts';
import type { SegmentOptions } from './work/segment.ts';

/** Adds the command to the program. */
export function addSegment(program: Command, context: CommandContext, finish: Finish): void {
  const command = program.command('segment').description('find one object of a photo').argument('<photo>');
  addPromptOptions(command).option(
    '--mask <file>',
    'picture of the photo’s size, roughly white where the object is; it is refined, alone or with --box and --point',
  );
  addEngineOptions(command).option(
    '-o, --output <file>',
    'white where the object is; .png, or .webp without loss',
    'mask.png',
  );
  addReportOptions(command).action(async (path: string, options: SegmentOptions) => {
    const { segment } = await import('./work/segment.ts');
    finish(await segment(path, options, context));
  });
}
