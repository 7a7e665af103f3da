/** `unflat weights pull sam-vit-b zoed-n mcc`: its options. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext, Finish } from '../context.ts';
import type { PullOptions } from '../work/weights/pull.ts';
import { addFolderOption, allIds } from './options.ts';

/** Adds the command. */
export function addPull(weights: Command, { terminal }: CommandContext, finish: Finish): void {
  const command = weights
    .command('pull')
    .description('download checkpoints; an interrupted download continues where it stopped')
    .argument('<id...>', allIds)
    .addOption(
      new Option('--source <name>', 'server to download from').choices(['official', 'huggingface']).default('official'),
    )
    .option('--base-url <url>', 'mirror to download from: the address of a folder with the files', parseUrl)
    .option('--yes', 'accept the licenses without being asked')
    .option('--quiet', 'print no progress');
  addFolderOption(command).action(async (ids: string[], options: PullOptions) => {
    const { pull } = await import('../work/weights/pull.ts');
    finish(await pull(ids, options, terminal));
  });
}

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('Expected an http or https address.');
  return text;
}
