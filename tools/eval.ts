/**
 * Measures the quality of weights with this engine: `npm run eval -- [DIR]`. Masks, depth, points and meshes are compared with
 * the truth, from the true mask and depth and end to end. Prints tables to standard output; progress, and what is wrong with a
 * mesh that is no solid, to standard error. With --floors it exits with 1 when a mean misses its floor.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { messageOf, UserError } from '../src/host/errors.ts';
import { writeWhole } from '../src/host/node/files.ts';
import { createEngine } from '../src/node.ts';
import { SWEEP_OF } from '../src/cli/options.ts';
import { floors, verdictOf } from './eval/floors.ts';
import { withInstruments } from './eval/instruments.ts';
import { meansOf, measureScene } from './eval/measure.ts';
import { showFloors, showScenes, type Measured } from './eval/report.ts';
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
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(folder: string, options: Options): Promise<void> {
  const scenes = await measureAll((await sceneFolders(folder)).slice(0, options.count), options);
  const means = meansOf(scenes.map(({ numbers }) => numbers));
  console.log(`${showScenes(scenes)}\n\n${showFloors(means)}`);
  if (options.json) await writeWhole(options.json, Buffer.from(jsonOf(options, scenes)));
  const missed = floors.filter((floor) => verdictOf(floor, means) === 'missed');
  if (!options.floors || missed.length === 0) return;
  say(`Missed: ${missed.map(({ label }) => label).join('; ')}.`);
  process.exitCode = 1;
}

async function measureAll(folders: readonly string[], options: Options): Promise<Measured[]> {
  const { weights: source, adapter: wanted, granularity } = options;
  const engine = await createEngine({ weights: source, adapter: wanted, precision: options.precision });
  try {
    const { adapter, weights, precision } = engine.describe();
    say(`${weights} on ${adapter}, ${precision}; grid step ${granularity}`);
    return await withInstruments(wanted, async (instruments) => {
      const started = performance.now();
      const scenes: Measured[] = [];
      for (const [i, folder] of folders.entries()) {
        const scene = await readScene(folder);
        const onProblem = (sentence: string): void => say(`${scene.name}: ${sentence}`);
        const sweep = SWEEP_OF[options.sweep];
        const numbers = await measureScene(engine, scene, { granularity, sweep, instruments, onProblem });
        scenes.push({ name: scene.name, family: scene.family, heldOutFamily: scene.heldOutFamily, numbers });
        const seconds = (performance.now() - started) / 1000;
        const left = (seconds / (i + 1)) * (folders.length - i - 1);
        say(
          `${i + 1} of ${folders.length}: ${scene.name} ${scene.family}, IoU ${numbers['iou.box'].toFixed(3)}, ` +
            `AbsRel ${numbers['depth.absRel'].toFixed(3)}, F1 at 0.1 ${numbers['given.f1@0.1'].toFixed(3)}, ` +
            `mesh ${numbers['given.mesh.f1@0.1'].toFixed(3)}, end to end ${numbers['chain.f1@0.1'].toFixed(3)}, ` +
            `mesh ${numbers['chain.mesh.f1@0.1'].toFixed(3)}; ${Math.round(seconds)} s, ${Math.round(left)} s left`,
        );
      }
      return scenes;
    });
  } finally {
    engine.dispose();
  }
}

/** All measurements as JSON: the same bytes for the same weights, scenes and adapter. */
function jsonOf({ weights, precision, granularity, sweep }: Options, scenes: readonly Measured[]): string {
  const means = meansOf(scenes.map(({ numbers }) => numbers));
  return `${JSON.stringify({ weights, precision, granularity, sweep, means, scenes }, undefined, 2)}\n`;
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
    .option('--count <n>', 'only the first n scenes', parseCount)
    .option('--json <file>', 'write all numbers there')
    .option('--floors', 'exit with 1 when a mean misses its floor', false)
    .action(main)
    .parseAsync();
} catch (error) {
  say(messageOf(error));
  if (error instanceof UserError && error.hint) say(`  ${error.hint}`);
  process.exitCode = 1;
}
