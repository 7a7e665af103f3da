/** `unflat weights pull sam-vit-b zoed-n mcc`: downloads checkpoints once their licenses are accepted. */
import type { SourceName } from '../../../../weights/index.ts';
import { type Choice, fileOf, pullCommand } from '../../../host/node/checkpointCache.ts';
import { inMegabytes } from '../../../host/node/convert.ts';
import { EXIT, UserError } from '../../../host/errors.ts';
import { Interrupted } from '../../interrupt.ts';
import type { Terminal } from '../../terminal.ts';
import type { FolderOptions } from '../../weights/options.ts';
import { checkpointsOf, openCache, sizeText, withFileProgress } from './common.ts';

export interface PullOptions extends FolderOptions {
  source: SourceName;
  baseUrl?: string;
  yes?: boolean;
  quiet?: boolean;
}

export async function pull(ids: string[], options: PullOptions, terminal: Terminal): Promise<number> {
  const cache = openCache(options);
  const choices = checkpointsOf(ids).map((checkpoint) => ({ checkpoint, source: options.source }));
  const missing: Choice[] = [];
  for (const choice of choices) {
    if ((await cache.state(choice)).kind !== 'downloaded') missing.push(choice);
  }
  if (missing.length > 0) await expectAccepted(missing, ids, options, terminal);
  return withFileProgress(terminal, options, async (progress, signal) => {
    for (const choice of choices) {
      const { id } = choice.checkpoint;
      const { sha256 } = await cache.pull(choice, {
        ...{ signal, baseUrl: options.baseUrl, onNotice: (line: string) => progress.say(line) },
        onProgress: (event) =>
          progress.update(inMegabytes({ ...event, stage: event.stage === 'check' ? `check ${id}` : id })),
      });
      progress.finish();
      progress.say(describeResult(choice, missing.includes(choice), sha256));
      terminal.out(`${cache.pathOf(choice)}\n`);
    }
    return EXIT.ok;
  });
}

function describeResult(choice: Choice, isNew: boolean, sha256: string): string {
  const { id } = choice.checkpoint;
  if (!isNew) return `${id} is already downloaded.`;
  const checked =
    fileOf(choice).sha256 === undefined
      ? 'Its publisher gives none to compare with; later checks use this one.'
      : 'It is the published one.';
  return `${id} is downloaded. Its SHA-256 is ${sha256}. ${checked}`;
}

/** Shows the licenses. @throws UserError if they are not accepted */
async function expectAccepted(
  missing: readonly Choice[],
  ids: string[],
  options: PullOptions,
  terminal: Terminal,
): Promise<void> {
  for (const choice of missing) {
    const { title, license } = choice.checkpoint;
    const file = fileOf(choice);
    const from = options.baseUrl ?? new URL(file.url).host;
    terminal.err(`${title}, ${sizeText(choice.checkpoint, file)}, from ${from}\n`);
    terminal.err(`  ${license.name}: ${license.url}\n  ${license.note}\n`);
  }
  if (options.yes) return;
  if (!terminal.ask) {
    throw new UserError('The licenses must be accepted before the download.', {
      hint: `If you accept them: ${pullCommand(ids)} --yes`,
      exitCode: EXIT.usage,
    });
  }
  const answer = await terminal.ask('Accept and download? [y/N] ');
  if (!/^y(es)?$/i.test(answer.trim())) throw new Interrupted('Nothing was downloaded.');
}
