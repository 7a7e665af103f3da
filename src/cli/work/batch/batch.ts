/** `unflat batch LIST -o out/`: 3D objects from many photos. Run again, it goes on where it stopped. */
import { join } from 'node:path';
import { EXIT } from '../../../host/errors.ts';
import { viewTemplate } from '../../../host/node/bundled.ts';
import { expectWritable } from '../../../host/node/files.ts';
import type { Role } from '../../../pipeline/roles.ts';
import type { CommandContext } from '../../context.ts';
import { stoppedBy } from '../../interrupt.ts';
import { type ParsedObjectOptions, withGranularity } from '../../objectOptions.ts';
import type { EngineOptions, ReportOptions } from '../../options.ts';
import { formatSeconds } from '../../progress.ts';
import { runCommand, weightNotices } from '../commandRun.ts';
import { expectSeveral } from '../../sceneOptions.ts';
import { expectObjectOptions } from '../job.ts';
import { SUMMARY } from '../summary.ts';
import type { Item } from './item.ts';
import { readList } from './list.ts';
import { lockFolder } from './lock.ts';
import { ObjectMaker } from './objectMaker.ts';
import { keyOf, isThere, readResults, type ResultLine, ResultsFile, resultsName } from './results.ts';
import { type OpenItem, runItems } from './runItems.ts';
import { isInShard, type Shard, shardOfScheduler } from './shard.ts';
import { FolderStore, type Store, TarStore } from './store.ts';

export interface BatchOptions extends ParsedObjectOptions, EngineOptions, ReportOptions {
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
  expectSeveral(options);
  expectObjectOptions(withGranularity(options));
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
      const store: Store = options.tar ? new TarStore(output, options.tar, shard) : new FolderStore(output);
      const { open, there } = await stillOpen(items, resultsPath, options);
      const startFor = () => startEngine(rolesOf(open));
      const maker = new ObjectMaker(startFor, options.weights, { signal: call.signal, onNotice: call.onNotice });
      try {
        const part = shard ? ` of ${all.length} in part ${shard.index} of ${shard.of}` : '';
        progress.say(`${items.length} objects${part}; ${there.length} are there already.`);
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
          for (const line of inWords(done, failed, seconds)) progress.say(line);
        }
        if (call.signal.aborted) return stoppedBy(call.signal).exitCode;
        const isWhole = failed.length === 0 && [...there, ...done].every((line) => line.failed === undefined);
        return isWhole ? EXIT.ok : EXIT.partly;
      } finally {
        await lock.release();
      }
    },
    { keepNetworks: true },
  );
}

/** The objects that are not there yet, or were made from another file or with other options; and the lines of those that are there. */
async function stillOpen(
  items: readonly Item[],
  resultsPath: string,
  options: BatchOptions,
): Promise<{ open: OpenItem[]; there: ResultLine[] }> {
  const { output, only, resume } = options;
  const earlier = resume ? await readResults(resultsPath) : new Map<string, ResultLine>();
  const [open, there]: [OpenItem[], ResultLine[]] = [[], []];
  for (const item of items) {
    const key = await keyOf(item, options, only);
    const line = earlier.get(item.name);
    const isMade = line?.status === 'done' && line.key === key && (await isThere(output, line, SUMMARY));
    if (isMade) there.push(line);
    else open.push({ ...item, key });
  }
  return { open, there };
}

/** The roles that some object needs: a mask, a depth map or a point cloud replaces a network, and a frame of CO3D has both. */
function rolesOf(items: readonly Item[]): Role[] {
  const has = (test: (options: Item['options']) => boolean): boolean => items.some(({ options }) => test(options));
  const isSegmented = ({ co3d, scene, mask, object }: Item['options']): boolean =>
    co3d === undefined && !scene && (object ? object.some((one) => one.mask === undefined) : mask === undefined);
  const isMeasured = ({ co3d, depthMap, pointCloud }: Item['options']): boolean =>
    co3d === undefined && depthMap === undefined && pointCloud === undefined;
  return [
    ...(has(isSegmented) ? ['segment' as const] : []),
    ...(has(isMeasured) ? ['depth' as const] : []),
    ...(has(({ scene }) => scene !== true) ? ['complete' as const] : []),
    ...(has(({ scene }) => scene === true) ? ['scene' as const] : []),
  ];
}

function inWords(done: readonly ResultLine[], failed: readonly ResultLine[], seconds: number): string[] {
  const rate = done.length > 0 ? `, ${Number((seconds / done.length).toPrecision(3))} s each` : '';
  const problems = [
    ...failed.map(({ name, error }) => `  ${name}: ${error!.message}`),
    ...done.flatMap(({ name, failed: objects = [] }) => objects.map((one) => `  ${name}, ${one.name}: ${one.problem}`)),
  ];
  const more = problems.length - LISTED;
  return [
    `${done.length} objects made in ${formatSeconds(seconds)}${rate}; ${failed.length} failed.`,
    ...problems.slice(0, LISTED),
    ...(more > 0 ? [`  And ${more} more; the results have them all.`] : []),
  ];
}
