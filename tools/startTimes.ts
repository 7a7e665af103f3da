/**
 * Measures how soon unflat answers: `npm run bench:start`. The help, the pipelines of each network, and the demo's command, with
 * the driver's cache empty (cold) and filled by the run before (warm). Appends lines of JSON, and prints them as tables.
 */
import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { adapterName, Device } from '../src/graph/device.ts';
import { sharedFor } from '../src/graph/shared.ts';
import { messageOf } from '../src/host/errors.ts';
import { requestNodeAdapter } from '../src/host/node/adapter.ts';
import { BUNDLED } from '../src/host/node/bundled.ts';
import { openWeights } from '../src/host/node/weights.ts';
import { NetworkPool } from '../src/pipeline/networks.ts';
import { SeenPoints } from '../src/pipeline/points/seenPoints.ts';
import { presets } from '../src/pipeline/registry.ts';
import { buildSheetAhead } from '../src/pipeline/render/mesh.ts';
import { readJsonLines } from './jsonLines.ts';
import { markdownTable } from './markdown.ts';
import { currentLoad, originOf, type Origin } from './origin.ts';

const CLI = 'dist/cli.js';
const PICTURE = { file: 'examples/mug.png', width: 480, height: 640, point: { x: 240, y: 200 } };
/** Quick commands are run so many times, and the shortest time counts. */
const QUICK_RUNS = 7;

type State = 'cold' | 'warm';

/** Pipelines that a part of the chain needs and the parts before it do not. */
interface PartTimes {
  readonly part: string;
  readonly pipelines: number;
  readonly seconds: number;
}

type Finding =
  | { readonly what: 'command'; readonly args: string; readonly seconds: number }
  | {
      readonly what: 'pipelines';
      readonly state: State;
      /** Devices that make machine code at the same time. */
      readonly makers: number;
      readonly adapter: string;
      readonly parts: readonly PartTimes[];
    }
  | {
      readonly what: 'demo';
      readonly state: State;
      readonly adapter: string;
      /** From the start of the process to its end. */
      readonly seconds: number;
      /** Seconds before and after the work: loading the program, the end of the process. */
      readonly outside: number;
      readonly stages: Readonly<Record<string, number>>;
    };

type Line = Origin & Finding & { readonly load: number };

/** Runs a program of dist/ with the driver's cache in a folder. @returns what it printed, and its seconds */
function timed(args: readonly string[], cache: string): { stdout: string; seconds: number } {
  const env = { ...process.env, MESA_SHADER_CACHE_DIR: cache };
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', maxBuffer: 2 ** 24 });
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return { stdout, seconds };
}

/** Runs `measure` with an empty cache of the driver, then with the one that this run has filled. */
async function coldAndWarm(measure: (state: State, cache: string) => Finding): Promise<Finding[]> {
  const cache = await mkdtemp(join(tmpdir(), 'unflat-cache-'));
  try {
    return (['cold', 'warm'] as const).map((state) => measure(state, cache));
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

async function measureAll(): Promise<Finding[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'unflat-start-'));
  try {
    const commands = [
      [CLI, '--version'],
      [CLI, '--help'],
      [CLI, 'reconstruct', '--help'],
    ].map((args): Finding => {
      const times = Array.from({ length: QUICK_RUNS }, () => timed(args, scratch).seconds);
      return { what: 'command', args: args.slice(1).join(' '), seconds: Math.min(...times) };
    });
    const pipelines: Finding[] = [];
    for (const makers of new Set([1, availableParallelism()])) {
      const found = await coldAndWarm((state, cache) => {
        const { stdout } = timed(['dist/startTimes.js', '--pipelines', String(makers)], cache);
        return { what: 'pipelines', state, makers, ...(JSON.parse(stdout) as { adapter: string; parts: PartTimes[] }) };
      });
      pipelines.push(...found);
    }
    const { x, y } = PICTURE.point;
    const demo = await coldAndWarm((state, cache) => {
      const out = join(scratch, 'demo');
      const args = ['reconstruct', PICTURE.file, '--point', `${x},${y}`, '-o', out, '--quiet', '--json'];
      const { stdout, seconds } = timed([CLI, ...args], cache);
      const summary = JSON.parse(stdout) as { adapter: string; totalSeconds: number; seconds: Record<string, number> };
      const outside = Number((seconds - summary.totalSeconds).toFixed(3));
      return { what: 'demo', state, adapter: summary.adapter, seconds, outside, stages: summary.seconds };
    });
    return [...commands, ...pipelines, ...demo];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Builds the pipelines of the demo, part by part, and prints their number and their seconds. */
async function buildAll(makers: number): Promise<void> {
  const { adapter, wait, spare, release } = await requestNodeAdapter('auto');
  const device = await Device.create(adapter, { wait, spare: spare && { ...spare, count: makers } });
  const weights = await openWeights(BUNDLED, presets.small, {});
  const networks = new NetworkPool(device, weights.set, true);
  const shared = sharedFor(device);
  const photo = { width: PICTURE.width, height: PICTURE.height };
  const completer = networks.blank('complete');
  const work: Record<string, () => Promise<void> | undefined> = {
    [networks.moduleOf('segment').title]: () =>
      networks.blank('segment').buildAhead?.(photo, { points: [{ ...PICTURE.point, label: 1 }] }),
    [networks.moduleOf('depth').title]: () => networks.blank('depth').buildAhead?.(photo),
    points: () => new SeenPoints(shared, completer.sides).buildAhead('complete', 'depth', photo),
    [networks.moduleOf('complete').title]: () => completer.buildAhead?.({}),
    picture: () => buildSheetAhead(shared, true),
  };
  const parts: PartTimes[] = [];
  for (const [part, build] of Object.entries(work)) {
    const [begun, before] = [performance.now(), shared.pipelines.created];
    await build();
    const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
    parts.push({ part, pipelines: shared.pipelines.created - before, seconds });
  }
  console.log(JSON.stringify({ adapter: adapterName(device.info), parts }));
  device.dispose();
  release();
  await weights.close();
}

const show = (seconds: number | undefined): string => (seconds === undefined ? '' : seconds.toFixed(2));

/** The findings of one run as tables. */
function tablesOf(findings: readonly Finding[]): string {
  const commands = findings.filter((f) => f.what === 'command');
  const pipelines = findings.filter((f) => f.what === 'pipelines');
  const demo = findings.filter((f) => f.what === 'demo');
  const total = (parts: readonly PartTimes[]): PartTimes => ({
    part: 'all',
    pipelines: parts.reduce((n, p) => n + p.pipelines, 0),
    seconds: parts.reduce((n, p) => n + p.seconds, 0),
  });
  const rows = pipelines.map(({ parts }) => [...parts, total(parts)]);
  const stages = [...new Set(demo.flatMap((run) => Object.keys(run.stages)))];
  return [
    markdownTable(
      ['command', 'seconds'],
      commands.map(({ args, seconds }) => [`\`unflat ${args}\``, show(seconds)]),
    ),
    markdownTable(
      ['part', 'pipelines', ...pipelines.map(({ state, makers }) => `${state}, ${makers} at a time (s)`)],
      (rows[0] ?? []).map(({ part, pipelines: n }, i) => [part, String(n), ...rows.map((row) => show(row[i].seconds))]),
    ),
    markdownTable(
      ['demo', ...demo.map(({ state }) => `${state} (s)`)],
      [
        ...stages.map((stage) => [stage, ...demo.map((run) => show(run.stages[stage]))]),
        ['process, adapter and files', ...demo.map((run) => show(run.seconds - sum(Object.values(run.stages))))],
        ['**all**', ...demo.map((run) => `**${show(run.seconds)}**`)],
      ],
    ),
  ].join('\n');
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

async function main(options: { json: string; table?: true; pipelines?: string }): Promise<void> {
  if (options.pipelines !== undefined) return buildAll(Number(options.pipelines));
  if (!options.table) {
    const [origin, load] = [await originOf(), currentLoad()];
    const lines = (await measureAll()).map((finding): Line => ({ ...origin, load, ...finding }));
    await mkdir(dirname(options.json), { recursive: true });
    await appendFile(options.json, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  const lines = await readJsonLines<Line>(options.json);
  process.stdout.write(tablesOf(lines.filter(({ date }) => date === lines.at(-1)?.date)));
}

await new Command('bench:start')
  .description('Measures the start: cold, with an empty cache of the driver, and warm.')
  .option('--json <file>', 'appends the result', 'bench/results/start/start.jsonl')
  .option('--table', 'measures nothing: prints the last result')
  .option('--pipelines <makers>', 'builds the pipelines of the demo in this process, and prints their times')
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`bench:start: ${messageOf(error)}`);
    process.exitCode = 1;
  });
