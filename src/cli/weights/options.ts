/** Options that several weights commands share. */
import type { Command } from 'commander';
import { checkpoints } from '../../../weights/manifest.ts';

export interface FolderOptions {
  weightsDir?: string;
}

/** --weights-dir. */
export function addFolderOption(command: Command): Command {
  return command.option(
    '--weights-dir <folder>',
    'folder of the checkpoints (default: in the cache folder of this platform)',
  );
}

/** The ids of all checkpoints, for help texts. */
export const allIds = checkpoints.map(({ id }) => id).join(', ');
