/**
 * Measures the sweep from coarse to fine against the full one: `npm run sweep-shares -- [scene...]`. Which share of the grid
 * it asks, which points it misses, and the seconds. Scenes are given their true mask and depth; `--photo` with `--point`
 * measures any picture. Lines of JSON are appended to a file.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { messageOf, UserError } from '../src/host/errors.ts';
import { createEngine } from '../src/node.ts';
import { focalFromFov } from '../src/pipeline/camera.ts';
import type { ObjectOptions } from '../src/pipeline/session/options.ts';
import { readScene } from './eval/scene.ts';
import { currentLoad, originOf } from './origin.ts';
import { sharesOf, showShares } from './sweep/shares.ts';

interface Options {
  readonly weights: string;
  readonly size: 'small' | 'full';
  readonly adapter: string;
  readonly granularity: number;
  readonly minThreshold: number[];
  readonly photo?: string;
  readonly point?: readonly [number, number];
  readonly fov?: number;
  readonly json: string;
}

type NodeEngine = Awaited<ReturnType<typeof createEngine>>;
type NodeSession = Awaited<ReturnType<NodeEngine['open']>>;
type NodeSeen = Awaited<ReturnType<NodeSession['points']>>;

/** The lowest threshold of the full sweep: that of a session that is not told otherwise. */
const LOWEST = 0.05;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(scenes: string[], options: Options): Promise<void> {
  const { weights: source, size, adapter: wanted } = options;
  const engine = await createEngine({ weights: source, size, adapter: wanted });
  const origin = await originOf();
  const { adapter, weights } = engine.describe();
  await mkdir(dirname(options.json), { recursive: true });
  const measure = async (name: string, session: NodeSession, seen: NodeSeen): Promise<void> => {
    for (const measured of await sharesIn(session, seen, options)) {
      const { shares, seconds } = measured;
      console.log(`${name}, step ${options.granularity}: ${showShares(shares, seconds)}`);
      const facts = { adapter, weights, picture: name, granularity: options.granularity, load: currentLoad() };
      await appendFile(options.json, `${JSON.stringify({ ...origin, ...facts, ...shares, seconds })}\n`);
    }
    session.close();
  };
  try {
    for (const folder of scenes) {
      const scene = await readScene(folder);
      const session = await engine.open(scene.photo);
      const focal = focalFromFov(scene.photo.width, scene.fov);
      const { camera } = await session.depth({ focal });
      await measure(
        `${scene.name} ${scene.family}`,
        session,
        await session.points(scene.mask, { meters: scene.depth, camera }),
      );
    }
    if (options.photo !== undefined) {
      const session = await engine.open(options.photo);
      const [x, y] = options.point ?? missingPoint();
      const { candidates, chosen } = await session.segment({ points: [{ x, y, label: 1 }] });
      const depth = await session.depth({ fov: options.fov });
      await measure(basename(options.photo), session, await session.points(candidates[chosen].mask, depth));
    }
  } finally {
    engine.dispose();
  }
}

/** One full sweep, and one from coarse to fine with each lowest threshold. */
async function sharesIn(session: NodeSession, seen: NodeSeen, { granularity, minThreshold }: Options) {
  const full = await timed(session, seen, { granularity, minThreshold: Math.min(LOWEST, ...minThreshold) });
  const measured = [];
  for (const lowest of [undefined, ...minThreshold]) {
    const coarse = await timed(session, seen, { granularity, minThreshold: lowest, sweep: 'coarseToFine' });
    const seconds = { full: full.seconds, coarse: coarse.seconds };
    measured.push({ shares: sharesOf(full.object, coarse.object), seconds });
  }
  return measured;
}

/** An object, and the seconds of its sweep alone. */
async function timed(session: NodeSession, seen: NodeSeen, options: ObjectOptions) {
  let started = performance.now();
  const onProgress = ({ stage }: { stage: string }): void => {
    if (stage !== 'sweep') started = performance.now();
  };
  const object = await session.complete(seen, options, { onProgress });
  return { object, seconds: (performance.now() - started) / 1000 };
}

function missingPoint(): never {
  throw new UserError('Nothing says which object of the photo is meant.', { hint: 'Give --point x,y on it.' });
}

function parseStep(text: string): number {
  const value = Number(text);
  if (value >= 0.01 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a step from 0.01 to 1.');
}

function parseProbability(text: string, before: readonly number[]): number[] {
  const value = Number(text);
  if (value > 0 && value < 1) return [...before, value];
  throw new InvalidArgumentError('Expected a probability between 0 and 1.');
}

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
    .option('--min-threshold <p>', 'measure this lowest threshold, too; may be repeated', parseProbability, [])
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
