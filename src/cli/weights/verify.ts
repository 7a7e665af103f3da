/** `unflat weights verify`: its options. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from '../context.ts';
import type { VerifyOptions } from '../work/weights/verify.ts';
import { addFolderOption, allIds } from './options.ts';

/** Adds the command. */
export function addVerify(weights: Command, { terminal }: CommandContext, finish: Finish): void {
  const command = weights
    .command('verify')
    .description('check the checksums of the downloaded checkpoints')
    .argument('[id...]', `${allIds} (default: all that are downloaded)`)
    .option('--quiet', 'print no progress');
  addFolderOption(command).action(async (ids: string[], options: VerifyOptions) => {
    const { verify } = await import('../work/weights/verify.ts');
    finish(await verify(ids, options, terminal));
  });
}
