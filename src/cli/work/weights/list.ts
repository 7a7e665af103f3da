/** `unflat weights list`: the released checkpoints, and which of them are downloaded. */
import { bundled, checkpoints, type SourceName, unpublished } from '../../../../weights/index.ts';
import { type CheckpointState, type CheckpointCache, fileOf, pullCommand } from '../../../host/node/checkpointCache.ts';
import { EXIT } from '../../../host/errors.ts';
import { megabytes } from '../../../kernels/megabytes.ts';
import { defaultCheckpoints } from '../../../pipeline/registry.ts';
import type { Terminal } from '../../terminal.ts';
import type { FolderOptions } from '../../weights/options.ts';
import { openCache, sizeText } from './common.ts';

export interface ListOptions extends FolderOptions {
  json?: boolean;
}

export async function list(options: ListOptions, terminal: Terminal): Promise<number> {
  const cache = openCache(options);
  const rows = await collect(cache);
  terminal.out(
    options.json
      ? `${JSON.stringify({ bundled, folder: cache.folder, checkpoints: rows, unpublished }, undefined, 2)}\n`
      : table(cache, rows),
  );
  return EXIT.ok;
}

type Row = Awaited<ReturnType<typeof collect>>[number];

/** One row for each file of the manifest. */
async function collect(cache: CheckpointCache) {
  const rows = [];
  for (const checkpoint of checkpoints) {
    for (const source of Object.keys(checkpoint.sources) as SourceName[]) {
      const choice = { checkpoint, source };
      const file = fileOf(choice);
      rows.push({
        ...{ id: checkpoint.id, title: checkpoint.title, source, license: checkpoint.license.name, url: file.url },
        ...{ file: cache.pathOf(choice), size: sizeText(checkpoint, file), state: await cache.state(choice) },
      });
    }
  }
  return rows;
}

function table(cache: CheckpointCache, rows: readonly Row[]): string {
  const cells = rows.map(({ id, title, source, size, license, state }) => [
    id,
    title,
    source,
    size,
    license,
    describe(state),
  ]);
  const head = ['id', 'network', 'source', 'size', 'license', 'state'];
  const widths = head.map((_, i) => Math.max(...[head, ...cells].map((row) => row[i].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [
    `Included: ${bundled.id} (${bundled.title}; ${bundled.license.name}). ${bundled.note}`,
    '',
    `Checkpoints in ${cache.folder}`,
    '',
    ...[head, ...cells].map(line),
    '',
    ...unpublished.map(({ title, license, note }) => `Not published: ${title}; ${license.name}. ${note}`),
    '',
    `--weights official uses ${defaultCheckpoints.join(', ')}. To download them: ${pullCommand(defaultCheckpoints)}`,
    '',
  ].join('\n');
}

function describe(state: CheckpointState): string {
  switch (state.kind) {
    case 'absent':
      return 'not downloaded';
    case 'partial':
      return `${megabytes(state.bytes)} downloaded; pull continues`;
    case 'downloaded':
      return state.converted ? 'downloaded, converted' : 'downloaded';
  }
}
