/** `unflat batch LIST -o out/`: 3D objects from many photos. Run again, it goes on where it stopped. */
import { join } from 'node:path';
import { EXIT } from '../../../host/errors.ts';
import { viewTemplate } from '../../../host/node/bundled.ts';
import { expectWritable } from '../../../host/node/files.ts';
import type { Role } from '../../../pipeline/roles.ts';
import type { CommandContext } from '../../context.ts';
import { stoppedBy } from '../../interrupt.ts';
import type { ObjectOptions } from '../../objectOptions.ts';
import type { EngineOptions, ReportOptions } from '../../options.ts';
import { formatSeconds } from '../../progress.ts';
import { runCommand, weightNotices } from '../commandRun.ts';
import { expectObjectOptions } from '../job.ts';
import { OPTIONAL_FILES } from '../outputs.ts';
import { SUMMARY } from '../summary.ts';
import type { Item } from './item.ts';
import { readList } from './list.ts';
import { lockFolder } from './lock.ts';
import { ObjectMaker } from './objectMaker.ts';
import { keyOf, isThere, readResults, type ResultLine, ResultsFile, resultsName } from './results.ts';
import { type OpenItem, runItems } from './runItems.ts';
import { isInShard, type Shard, shardOfScheduler } from './shard.ts';
import { FolderStore, type Store, TarStore } from './store.ts';

export interface BatchOptions extends ObjectOptions, EngineOptions, ReportOptions {
  output: string;
  masks?: string;
  only?: string[];
  /** Objects in an archive. */
  tar?: number;
  shard?: Shard;
  resume: boolean;
}

/** Maximum number of failed objects that are named at the end. */
const LISTED = 5;

export async function batch(list: string, options: BatchOptions, context: CommandContext): Promise<number> {
  expectObjectOptions(options);
  const { output } = options;
  const shard = options.shard ?? shardOfScheduler(process.env);
  return runCommand(
    context,
    options,
    async ({ progress, call, startEngine }) => {
      const all = await readList(list, options, options);
      const items = shard ? all.filter(({ name }) => isInShard(name, shard)) : all;
      const known = weightNotices(options.weights);
      for (const notice of known) progress.say(notice);

      const resultsPath = join(output, resultsName(shard));
      await expectWritable(resultsPath);
      const lock = await lockFolder(output, shard);
      const store: Store = options.tar
        ? new TarStore(output, options.tar, shard)
        : new FolderStore(output, OPTIONAL_FILES);
      const open = await stillOpen(items, resultsPath, options);
      const maker = new ObjectMaker(() => startEngine(rolesOf(open)), { signal: call.signal, onNotice: call.onNotice });
      try {
        const part = shard ? ` of ${all.length} in part ${shard.index} of ${shard.of}` : '';
        progress.say(`${items.length} objects${part}; ${items.length - open.length} are there already.`);
        const results = new ResultsFile(resultsPath);
        const [done, failed]: ResultLine[][] = [[], []];
        const started = performance.now();
        const report = async (lines: readonly ResultLine[]): Promise<void> => {
          await results.add(lines);
          for (const line of lines) {
            (line.status === 'done' ? done : failed).push(line);
            context.terminal.out(`${JSON.stringify(line)}\n`);
          }
          const count = done.length + failed.length;
          progress.update({ stage: 'batch', done: count, total: open.length, unit: 'objects' });
        };
        try {
          const template = await viewTemplate();
          await runItems(open, { maker, store, report, signal: call.signal, only: options.only, template });
        } finally {
          progress.finish();
          const seconds = (performance.now() - started) / 1000;
          for (const line of inWords(done.length, failed, seconds)) progress.say(line);
        }
        if (call.signal.aborted) return stoppedBy(call.signal).exitCode;
        return failed.length > 0 ? EXIT.partly : EXIT.ok;
      } finally {
        await lock.release();
      }
    },
    { keepNetworks: true },
  );
}

/** The objects that are not there yet, or were made from another file or with other options. */
async function stillOpen(items: readonly Item[], resultsPath: string, options: BatchOptions): Promise<OpenItem[]> {
  const { output, only, resume } = options;
  const earlier = resume ? await readResults(resultsPath) : new Map<string, ResultLine>();
  const open: OpenItem[] = [];
  for (const item of items) {
    const key = await keyOf(item, options, only);
    const line = earlier.get(item.name);
    const isMade = line?.status === 'done' && line.key === key && (await isThere(output, line, SUMMARY));
    if (!isMade) open.push({ ...item, key });
  }
  return open;
}

/** The roles that some object needs: a mask, a depth map or a point cloud replaces a network. */
function rolesOf(items: readonly Item[]): Role[] {
  const needsDepth = items.some(({ options }) => options.depthMap === undefined && options.pointCloud === undefined);
  return [
    ...(items.some(({ options }) => options.mask === undefined) ? ['segment' as const] : []),
    ...(needsDepth ? ['depth' as const] : []),
    'complete',
  ];
}

function inWords(done: number, failed: readonly ResultLine[], seconds: number): string[] {
  const rate = done > 0 ? `, ${Number((seconds / done).toPrecision(3))} s each` : '';
  const named = failed.slice(0, LISTED).map(({ name, error }) => `  ${name}: ${error!.message}`);
  return [
    `${done} objects made in ${formatSeconds(seconds)}${rate}; ${failed.length} failed.`,
    ...named,
    ...(failed.length > LISTED ? [`  And ${failed.length - LISTED} more; the results have them all.`] : []),
  ];
}
