/** Functions that the weights commands share. */
import { findCheckpoint, type Checkpoint, type CheckpointFile, tensorBytes } from '../../../../weights/index.ts';
import { weightsFolder } from '../../../host/node/cache.ts';
import { CheckpointCache } from '../../../host/node/checkpointCache.ts';
import { unknownCheckpoint } from '../../../host/node/weights.ts';
import { megabytes } from '../../../kernels/megabytes.ts';
import { specsOfCheckpoint } from '../../../pipeline/registry.ts';
import { watchInterrupt } from '../../interrupt.ts';
import { Progress } from '../../progress.ts';
import type { Terminal } from '../../terminal.ts';
import type { FolderOptions } from '../../weights/options.ts';

export const openCache = ({ weightsDir }: FolderOptions): CheckpointCache =>
  new CheckpointCache(weightsFolder(weightsDir));

/** The checkpoints of these ids. @throws UserError if one does not exist */
export function checkpointsOf(ids: readonly string[]): Checkpoint[] {
  return [...new Set(ids)].map((id) => {
    const checkpoint = findCheckpoint(id);
    if (!checkpoint) throw unknownCheckpoint(id);
    return checkpoint;
  });
}

/** Size of a file in readable units. Where the publisher does not give it, the size of the tensors. */
export function sizeText(checkpoint: Checkpoint, { bytes }: CheckpointFile): string {
  return bytes === undefined ? `about ${megabytes(tensorBytes(specsOfCheckpoint(checkpoint)))}` : megabytes(bytes);
}

/** Runs long work on files with a progress bar; Ctrl-C stops it. */
export async function withFileProgress<T>(
  terminal: Terminal,
  options: { quiet?: boolean },
  work: (progress: Progress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const progress = new Progress(terminal, options);
  const interruption = watchInterrupt((line) => progress.stop(line));
  try {
    return await work(progress, interruption.signal);
  } finally {
    progress.finish();
    interruption.dispose();
  }
}
