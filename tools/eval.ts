/**
 * Measures the quality of weights with this engine: `npm run eval -- [DIR]`. Masks, depth, points and meshes are compared with
 * the truth, from the true mask and depth and end to end. Prints tables to standard output; progress, and what is wrong with a
 * mesh that is no solid, to standard error. With --floors it exits with 1 when a mean misses its floor. With --co3d, MCC is measured on
 * frames of a category of CO3D.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { messageOf, UserError } from '../src/host/errors.ts';
import { writeWhole } from '../src/host/node/files.ts';
import { readFrames } from '../src/host/node/co3dFrame.ts';
import { createEngine, type NodeEngine } from '../src/node.ts';
import { SWEEP_OF } from '../src/cli/options.ts';
import { chosenFrames, readMeasuredFrame } from './eval/co3d.ts';
import { floors, verdictOf } from './eval/floors.ts';
import { withInstruments } from './eval/instruments.ts';
import { meansOf, measureFrame, type MeasureOptions, measureScene } from './eval/measure.ts';
import { showFloors, showFrames, showScenes, type Measured } from './eval/report.ts';
import { readScene, sceneFolders } from './eval/scene.ts';

interface Options {
  readonly weights: string;
  readonly adapter: string;
  readonly precision: 'f32' | 'f16';
  readonly granularity: number;
  readonly sweep: keyof typeof SWEEP_OF;
  readonly count?: number;
  readonly json?: string;
  readonly floors: boolean;
  readonly co3d?: string;
  readonly frames?: string[];
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(folder: string, options: Options): Promise<void> {
  const { co3d, json } = options;
  const measured = await (co3d === undefined ? measureScenes(folder, options) : measureFrames(co3d, options));
  const means = meansOf(measured.map(({ numbers }) => numbers));
  console.log(co3d === undefined ? `${showScenes(measured)}\n\n${showFloors(means)}` : showFrames(measured));
  if (json) await writeWhole(json, Buffer.from(jsonOf(options, measured)));
  const missed = floors.filter((floor) => options.floors && verdictOf(floor, means) === 'missed');
  if (missed.length === 0) return;
  say(`Missed: ${missed.map(({ label }) => label).join('; ')}.`);
  process.exitCode = 1;
}

async function measureScenes(folder: string, options: Options): Promise<Measured[]> {
  const folders = (await sceneFolders(folder)).slice(0, options.count);
  return measureAll(folders, options, async (path, engine, how) => {
    const scene = await readScene(path);
    const numbers = await measureScene(engine, scene, { ...how, onProblem: (text) => say(`${scene.name}: ${text}`) });
    return { name: scene.name, family: scene.family, heldOutFamily: scene.heldOutFamily, numbers };
  });
}

async function measureFrames(path: string, options: Options): Promise<Measured[]> {
  const list = await readFrames(path);
  const keys = options.frames ?? chosenFrames(list, options.count);
  return measureAll(keys, options, async (key, engine, how) => {
    const frame = await readMeasuredFrame(path, list, key);
    const numbers = await measureFrame(engine, frame, { ...how, onProblem: (text) => say(`${key}: ${text}`) });
    return { name: key, family: frame.category, heldOutFamily: false, numbers };
  });
}

/** The numbers that the line of a scene or frame shows while others are measured. */
const SHOWN: Readonly<Record<string, string>> = {
  'iou.box': 'IoU',
  'depth.absRel': 'AbsRel',
  'given.f1@0.1': 'F1 at 0.1',
  'given.mesh.f1@0.1': 'mesh',
  'chain.f1@0.1': 'end to end',
  'chain.mesh.f1@0.1': 'mesh',
};

/** Measures scenes or frames, one after the other, and says how far it is. */
async function measureAll(
  names: readonly string[],
  options: Options,
  measure: (name: string, engine: NodeEngine, how: MeasureOptions) => Promise<Measured>,
): Promise<Measured[]> {
  const { weights: source, adapter: wanted, granularity } = options;
  const roles = options.co3d === undefined ? {} : { roles: ['complete' as const] };
  const engine = await createEngine({ weights: source, adapter: wanted, precision: options.precision, ...roles });
  try {
    const { adapter, weights, precision } = engine.describe();
    say(`${weights} on ${adapter}, ${precision}; grid step ${granularity}`);
    return await withInstruments(wanted, async (instruments) => {
      const started = performance.now();
      const all: Measured[] = [];
      for (const [i, name] of names.entries()) {
        const one = await measure(name, engine, { granularity, sweep: SWEEP_OF[options.sweep], instruments });
        all.push(one);
        const seconds = (performance.now() - started) / 1000;
        const left = (seconds / (i + 1)) * (names.length - i - 1);
        const shown = Object.entries(SHOWN)
          .filter(([number]) => number in one.numbers)
          .map(([number, word]) => `${word} ${one.numbers[number].toFixed(3)}`);
        say(
          `${i + 1} of ${names.length}: ${one.name} ${one.family}, ${shown.join(', ')}; ` +
            `${Math.round(seconds)} s, ${Math.round(left)} s left`,
        );
      }
      return all;
    });
  } finally {
    engine.dispose();
  }
}

/** All measurements as JSON: the same bytes for the same weights, scenes and adapter. */
function jsonOf({ co3d, weights, precision, granularity, sweep }: Options, scenes: readonly Measured[]): string {
  const means = meansOf(scenes.map(({ numbers }) => numbers));
  return `${JSON.stringify({ co3d, weights, precision, granularity, sweep, means, scenes }, undefined, 2)}\n`;
}

function parseStep(text: string): number {
  const value = Number(text);
  if (value >= 0.01 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a step from 0.01 to 1.');
}

function parseCount(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a whole number above 0.');
}

try {
  await new Command('eval')
    .description('Measure masks, depth, points and meshes on scenes whose truth is known')
    .argument('[folder]', 'folder of scenes, each a folder as tools/train/README.md describes', 'test/scenes')
    .option('--weights <source>', 'synthetic:SEED, or a folder with safetensors files', 'weights/tiny')
    .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter name', 'auto')
    .addOption(new Option('--precision <type>', 'storage of weights').choices(['f32', 'f16']).default('f32'))
    .option('--granularity <step>', 'step of the grid in the normalized frame', parseStep, 0.1)
    .addOption(
      new Option('--sweep <way>', 'points to query: from coarse to fine, or all of the grid')
        .choices(['coarse', 'full'])
        .default('coarse'),
    )
    .option('--count <n>', 'only the first n scenes, or n frames', parseCount)
    .option('--json <file>', 'write all numbers there')
    .addOption(new Option('--floors', 'exit with 1 when a mean misses its floor').default(false).conflicts('co3d'))
    .option(
      '--co3d <frame_annotations.jgz>',
      'instead of scenes, frames of a category of CO3D: MCC with their mask and depth',
    )
    .option(
      '--frames <sequence/number,...>',
      'with --co3d: which frames (default: --count of them, else one of each sequence)',
      (text) => text.split(','),
    )
    .action(main)
    .parseAsync();
} catch (error) {
  say(messageOf(error));
  if (error instanceof UserError && error.hint) say(`  ${error.hint}`);
  process.exitCode = 1;
}
