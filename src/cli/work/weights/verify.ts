/** `unflat weights verify`: checks downloaded checkpoints against the published checksums, or those of the first download. */
import { checkpoints, type SourceName } from '../../../../weights/index.ts';
import { type CheckpointCache, type Choice, fileOf, pullCommand } from '../../../host/node/checkpointCache.ts';
import { inMegabytes } from '../../../host/node/convert.ts';
import { EXIT, UserError } from '../../../host/errors.ts';
import { defaultCheckpoints } from '../../../pipeline/registry.ts';
import { reportError } from '../../reportError.ts';
import type { Terminal } from '../../terminal.ts';
import type { FolderOptions } from '../../weights/options.ts';
import { checkpointsOf, openCache, withFileProgress } from './common.ts';

export interface VerifyOptions extends FolderOptions {
  quiet?: boolean;
}

export async function verify(ids: string[], options: VerifyOptions, terminal: Terminal): Promise<number> {
  const cache = openCache(options);
  const choices = await chosen(cache, ids);
  let wrong = 0;
  await withFileProgress(terminal, options, async (progress, signal) => {
    for (const choice of choices) {
      const { id } = choice.checkpoint;
      const onProgress = (event: Parameters<typeof inMegabytes>[0]): void =>
        progress.update(inMegabytes({ ...event, stage: `check ${id}` }));
      try {
        await cache.verify(choice, { signal, onProgress });
        progress.finish();
        const since = fileOf(choice).sha256 === undefined ? 'as first downloaded' : 'as published';
        terminal.out(`${id} (${choice.source}): ${since}\n`);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        wrong++;
        progress.finish();
        terminal.out(`${id} (${choice.source}): WRONG\n`);
        reportError(error, terminal.err);
      }
    }
  });
  return wrong === 0 ? EXIT.ok : EXIT.failure;
}

/** The downloaded files of these checkpoints, or of all. @throws UserError if a checkpoint has none */
async function chosen(cache: CheckpointCache, ids: string[]): Promise<Choice[]> {
  const choices: Choice[] = [];
  for (const checkpoint of ids.length > 0 ? checkpointsOf(ids) : checkpoints) {
    const downloaded: Choice[] = [];
    for (const source of Object.keys(checkpoint.sources) as SourceName[]) {
      if ((await cache.state({ checkpoint, source })).kind === 'downloaded') downloaded.push({ checkpoint, source });
    }
    if (ids.length > 0 && downloaded.length === 0) await cache.record({ checkpoint, source: 'official' });
    choices.push(...downloaded);
  }
  if (choices.length === 0)
    throw new UserError(`There is no checkpoint in ${cache.folder}.`, {
      hint: `Download some: ${pullCommand(defaultCheckpoints)}`,
    });
  return choices;
}
