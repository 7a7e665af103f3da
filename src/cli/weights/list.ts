/** `unflat weights list`: its options. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from '../context.ts';
import type { ListOptions } from '../work/weights/list.ts';
import { addFolderOption } from './options.ts';

/** Adds the command. */
export function addList(weights: Command, { terminal }: CommandContext, finish: Finish): void {
  const command = weights
    .command('list')
    .description('list the released checkpoints, and which of them are downloaded');
  addFolderOption(command)
    .option('--json', 'print the list as JSON')
    .action(async (options: ListOptions) => {
      const { list } = await import('../work/weights/list.ts');
      finish(await list(options, terminal));
    });
}
