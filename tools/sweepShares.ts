/**
 * Measures the sweep from coarse to fine against the full one: `npm run sweep-shares -- [scene...]`. Which share of the grid
 * it queries, which points it misses, and the seconds. Scenes are given their true mask and depth; `--photo` with `--point`
 * measures any picture. One full sweep of a picture tells all: what other lattices and margins would query is computed
 * from its field (`--one-in`, `--reach`). Lines of JSON are appended to a file.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { parseGridBox, parseThreshold } from '../src/cli/options.ts';
import { messageOf, UserError } from '../src/host/errors.ts';
import { createEngine } from '../src/node.ts';
import { focalFromFov, intrinsicsOf } from '../src/pipeline/camera.ts';
import { gridOf } from '../src/pipeline/mcc/grid.ts';
import { coarseness } from '../src/pipeline/mcc/lattice.ts';
import { REACH } from '../src/pipeline/mcc/listGraphs.ts';
import type { Box } from '../src/pipeline/roles.ts';
import { limitOf } from '../src/pipeline/occupancy.ts';
import type { ObjectOptions } from '../src/pipeline/session/options.ts';
import { lowestKept } from '../src/pipeline/session/steps.ts';
import { readScene } from './eval/scene.ts';
import { currentLoad, originOf } from './origin.ts';
import { FieldStore, type FullSweep } from './sweep/fieldStore.ts';
import { sharesOf, showShares, type Shares } from './sweep/shares.ts';
import { simulate, type Way } from './sweep/simulate.ts';

interface Options {
  readonly weights: string;
  readonly size: 'small' | 'full';
  readonly adapter: string;
  readonly granularity: number;
  readonly gridBox?: Box;
  readonly threshold?: number;
  readonly minThreshold: number[];
  readonly oneIn: number[];
  readonly reach: number[];
  readonly run: boolean;
  readonly fields?: string;
  readonly photo?: string;
  readonly point?: readonly [number, number];
  readonly fov?: number;
  readonly json: string;
}

type NodeEngine = Awaited<ReturnType<typeof createEngine>>;
type NodeSession = Awaited<ReturnType<NodeEngine['open']>>;
type NodeSeen = Awaited<ReturnType<NodeSession['points']>>;

/** A picture to be measured. */
interface Picture {
  readonly name: string;
  open(engine: NodeEngine): Promise<{ session: NodeSession; seen: NodeSeen }>;
}

interface Line {
  readonly way: Way;
  /** Whether it was computed from the full sweep's field; else the engine ran. */
  readonly simulated: boolean;
  readonly shares: Shares;
  readonly seconds: { readonly full: number; readonly coarse?: number };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(scenes: string[], options: Options): Promise<void> {
  const { weights: source, size, adapter: wanted, granularity, gridBox } = options;
  const engine = await createEngine({ weights: source, size, adapter: wanted });
  const origin = await originOf();
  const { adapter } = engine.describe();
  const weights = weightsOf(engine, options);
  await mkdir(dirname(options.json), { recursive: true });
  try {
    for (const picture of [...(await Promise.all(scenes.map(scenePicture))), ...photoPictures(options)]) {
      for (const line of await measure(engine, picture, options)) {
        const { way, simulated, shares, seconds } = line;
        const how = `one in ${way.oneIn}, reach ${way.reach}${simulated ? '' : ', by the engine'}`;
        console.log(`${picture.name}, step ${granularity}, ${how}: ${showShares(shares)}; ${showSeconds(seconds)}`);
        const facts = { adapter, weights, picture: picture.name, granularity, gridBox, load: currentLoad() };
        const stored = { ...origin, ...facts, ...way, simulated, ...shares, seconds };
        await appendFile(options.json, `${JSON.stringify(stored)}\n`);
      }
    }
  } finally {
    engine.dispose();
  }
}

async function scenePicture(folder: string): Promise<Picture> {
  const scene = await readScene(folder);
  return {
    name: `${scene.name} ${scene.family}`,
    async open(engine) {
      const session = await engine.open(scene.photo);
      const camera = intrinsicsOf(scene.photo, focalFromFov(scene.photo.width, scene.fov));
      return { session, seen: await session.points(scene.mask, { meters: scene.depth, camera }) };
    },
  };
}

function photoPictures({ photo, point, fov }: Options): Picture[] {
  if (photo === undefined) return [];
  if (!point) throw new UserError('Nothing says which object of the photo is meant.', { hint: 'Give --point x,y.' });
  const [x, y] = point;
  const open: Picture['open'] = async (engine) => {
    const session = await engine.open(photo);
    const { candidates, chosen } = await session.segment({ points: [{ x, y, label: 1 }] });
    const depth = await session.depth({ fov });
    return { session, seen: await session.points(candidates[chosen].mask, depth) };
  };
  return [{ name: basename(photo), open }];
}

/** The weights, with their size where it is not theirs alone. */
const weightsOf = (engine: NodeEngine, { size }: Options): string => {
  const { weights } = engine.describe();
  return weights.startsWith('synthetic') ? `${weights} ${size}` : weights;
};

/** One full sweep; then, with each lowest threshold, sweeps from coarse to fine by the engine and by simulation. */
async function measure(engine: NodeEngine, picture: Picture, options: Options): Promise<Line[]> {
  const { granularity, gridBox } = options;
  let opened: ReturnType<Picture['open']> | undefined;
  const timed = async (how: ObjectOptions): Promise<ReturnType<typeof timedSweep>> => {
    const { session, seen } = await (opened ??= picture.open(engine));
    return timedSweep(session, seen, { granularity, gridBox, ...how });
  };
  const where = [weightsOf(engine, options), engine.describe().adapter];
  const name = [picture.name, granularity, ...(gridBox ? [gridBox.min, gridBox.max] : []), ...where].join(' ');
  const stored = await new FieldStore(options.fields).get(name, async () => {
    const { object, seconds } = await timed({ sweep: 'full' });
    return { field: object.field, threshold: object.threshold, seconds };
  });
  const full = { ...stored, threshold: options.threshold ?? stored.threshold };
  const lines: Line[] = [];
  const own = { oneIn: coarseness(gridOf(granularity, gridBox).step), reach: REACH };
  for (const minThreshold of [lowestKept(full.threshold, 'coarseToFine'), ...options.minThreshold]) {
    if (options.run) {
      const { object, seconds } = await timed({ sweep: 'coarseToFine', threshold: full.threshold, minThreshold });
      const shares = sharesOf(full.field, object.field, { minThreshold, threshold: full.threshold });
      expectSimulated(full, object.field.logits, own, minThreshold);
      lines.push({ way: own, simulated: false, shares, seconds: { full: full.seconds, coarse: seconds } });
    }
    for (const way of waysOf(options, own)) {
      const field = simulate(full.field, limitOf(minThreshold), way);
      const shares = sharesOf(full.field, field, { minThreshold, threshold: full.threshold });
      lines.push({ way, simulated: true, shares, seconds: { full: full.seconds } });
    }
  }
  (await opened)?.session.close();
  return lines;
}

/** All combinations of the options; the engine's own alone only where it does not run. */
function waysOf({ oneIn, reach, run }: Options, own: Way): Way[] {
  if (run && oneIn.length === 0 && reach.length === 0) return [];
  const lattices = oneIn.length > 0 ? oneIn : [own.oneIn];
  return lattices.flatMap((one) => (reach.length > 0 ? reach : [own.reach]).map((r) => ({ oneIn: one, reach: r })));
}

/** @throws UserError unless the engine gave what the simulation gives */
function expectSimulated({ field }: FullSweep, logits: Float32Array, way: Way, minThreshold: number): void {
  const expected = simulate(field, limitOf(minThreshold), way).logits;
  const differing = expected.findIndex((logit, i) => !Object.is(logit, logits[i]));
  if (differing < 0) return;
  throw new UserError(
    `Point ${differing}: the engine gave the logit ${logits[differing]}, the field of the full sweep says ` +
      `${expected[differing]}.`,
    { hint: 'If --fields has fields of other weights or of another version of the engine, delete them.' },
  );
}

/** An object, and the seconds of its sweep alone. */
async function timedSweep(session: NodeSession, seen: NodeSeen, options: ObjectOptions) {
  let started = performance.now();
  const onProgress = ({ stage }: { stage: string }): void => {
    if (stage !== 'sweep') started = performance.now();
  };
  const object = await session.complete(seen, options, { onProgress });
  return { object, seconds: (performance.now() - started) / 1000 };
}

const showSeconds = ({ full, coarse }: Line['seconds']): string =>
  `${full.toFixed(0)} s full${coarse === undefined ? '' : `, ${coarse.toFixed(0)} s from coarse to fine`}`;

function parseStep(text: string): number {
  const value = Number(text);
  if (value >= 0.01 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a step from 0.01 to 1.');
}

function parseCount(text: string, before: readonly number[]): number[] {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return [...before, value];
  throw new InvalidArgumentError('Expected a whole number above 0.');
}

const parseProbability = (text: string, before: readonly number[]): number[] => [...before, parseThreshold(text)];

function parsePoint(text: string): readonly [number, number] {
  const numbers = text.split(',').map(Number);
  if (numbers.length === 2 && numbers.every(Number.isFinite)) return [numbers[0], numbers[1]];
  throw new InvalidArgumentError('Expected x,y.');
}

try {
  await new Command('sweep-shares')
    .description('Measure the sweep from coarse to fine against the full one')
    .argument('[scene...]', 'folders of scenes, such as test/scenes/1000000')
    .option('--weights <source>', 'synthetic:SEED, or a folder with safetensors files', 'weights/tiny')
    .option('--size <size>', 'size of the networks that synthetic weights are for', 'small')
    .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter name', 'auto')
    .option('--granularity <step>', 'step of the grid in the normalized frame', parseStep, 0.1)
    .option('--grid-box <x0,y0,z0,x1,y1,z1>', 'corners of the grid, by default from the weights', parseGridBox)
    .option('--threshold <p>', 'threshold of the object, by default that of the weights', parseThreshold)
    .option('--min-threshold <p>', 'measure this lowest threshold, too; may be repeated', parseProbability, [])
    .option('--one-in <n>', 'simulate a lattice of one point in so many; may be repeated', parseCount, [])
    .option('--reach <steps>', 'simulate neighborhoods of so many steps; may be repeated', parseCount, [])
    .option('--no-run', 'simulate alone')
    .option('--fields <folder>', 'keep the full sweeps there, and take those that are there')
    .option('--photo <file>', 'a photo, instead of or after scenes')
    .option('--point <x,y>', 'pixel on the object of that photo', parsePoint)
    .option('--fov <degrees>', 'horizontal field of view of that photo', Number)
    .option('--json <file>', 'append lines there', join('bench', 'results', 'sweep', 'shares.jsonl'))
    .action(main)
    .parseAsync();
} catch (error) {
  say(messageOf(error));
  if (error instanceof UserError && error.hint) say(`  ${error.hint}`);
  process.exitCode = 1;
}
