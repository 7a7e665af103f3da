/** `unflat batch LIST -o out/`: its options. The work itself is loaded when the command runs. */
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import { addObjectOptions } from './objectOptions.ts';
import { addEngineOptions, addReportOptions, parseCount } from './options.ts';
import type { BatchOptions } from './work/batch/batch.ts';
import type { Shard } from './work/batch/shard.ts';

/** Adds the command to the program. */
export function addBatch(program: Command, context: CommandContext, finish: Finish): void {
  const command = program
    .command('batch')
    .description('make 3D objects from many photos; run again, it goes on where it stopped')
    .argument('<list>', 'a folder of photos, JSON lines (.jsonl), or COCO (.json)');
  addObjectOptions(command);
  addEngineOptions(command)
    .option('-o, --output <folder>', 'folder for the results: one folder for each object, and results.jsonl', 'out')
    .option('--masks <folder>', 'folder with a mask for each photo, of the same name but .png')
    .option('--only <names>', 'write only these files of each object, such as object.glb,mask.png', parseNames)
    .option('--tar <n>', 'write archives of n objects each (WebDataset), instead of folders', parseCount)
    .option(
      '--shard <i/n>',
      'take the i-th of n parts of the list (default: from the variables of SLURM and Kubernetes)',
      parseShard,
    )
    .option('--no-resume', 'make also the objects that are there already');
  addReportOptions(command).action(async (list: string, options: BatchOptions) => {
    const { batch } = await import('./work/batch/batch.ts');
    finish(await batch(list, options, context));
  });
}

/** Parses `i/n`. Exported for tests. */
export function parseShard(text: string): Shard {
  const [, index, of] = /^\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || of === undefined) throw new InvalidArgumentError('Expected i/n, such as 1/8.');
  if (index < 1 || index > of) {
    throw new InvalidArgumentError(
      `There is no part ${index} of ${of}. Parts are counted from 1/${of} to ${of}/${of}.`,
    );
  }
  return { index, of };
}

function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => /^[\w.-]+$/.test(name))) return names;
  throw new InvalidArgumentError('Expected names of files, such as object.glb,mask.png.');
}
