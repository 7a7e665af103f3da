/** What the options of the commands about weights share. */
import type { Command } from 'commander';
import { checkpoints } from '../../../weights/manifest.ts';

export interface FolderOptions {
  weightsDir?: string;
}

/** --weights-dir. */
export function addFolderOption(command: Command): Command {
  return command.option('--weights-dir <folder>', 'where checkpoints are kept (default: the cache of this platform)');
}

/** Every id, for help texts. */
export const allIds = checkpoints.map(({ id }) => id).join(', ');
