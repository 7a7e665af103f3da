/**
 * Measures how long the mesh of an object takes on the CPU: `npm run bench:mesh`. The demo's picture is reconstructed once for each
 * step of the grid; then its mesh is made again and again from the same points. Appends lines of JSON, and prints them as a table.
 */
import { Command } from 'commander';
import { messageOf } from '../src/host/errors.ts';
import { createEngine, decodePhoto } from '../src/node.ts';
import { meshOf } from '../src/pipeline/session/objectMesh.ts';
import { appendJsonLine, readJsonLines } from './jsonLines.ts';
import { markdownTable } from './markdown.ts';
import { currentLoad, originOf, type Origin } from './origin.ts';

const PICTURE = 'examples/mug.png';
const CLICK = { x: 240, y: 200, label: 1 } as const;
/** Steps of the grid: one with about 120 points along each side, and the default. */
const STEPS = [0.0583, 0.05];
/** The first runs are slower, until the code is compiled. All are stored. */
const RUNS = 7;

interface Times {
  /** Surface from the points, in seconds. */
  readonly surface: number;
  /** Simplification, texture and colors, in seconds. */
  readonly finish: number;
}

interface Line extends Origin {
  readonly load: number;
  readonly picture: string;
  /** Points of the grid along x, y and z. */
  readonly grid: readonly number[];
  readonly occupied: number;
  readonly faces: number;
  readonly runs: readonly Times[];
}

async function measure(json: string): Promise<void> {
  const origin = await originOf();
  const photo = await decodePhoto(PICTURE);
  const engine = await createEngine();
  try {
    for (const granularity of STEPS) {
      const prompt = { points: [CLICK], granularity, mesh: false, render: false } as const;
      const { mask, depth, object } = await engine.reconstruct(photo, prompt);
      const runs: Times[] = [];
      let faces = 0;
      for (let run = 0; run < RUNS; run++) {
        const begun = performance.now();
        let middle = begun;
        const report = (done: number): void => {
          if (done < 1) middle = performance.now();
        };
        const made = await meshOf(photo, object, { mask, depth }, {}, { report });
        if (!made) throw new Error(`${PICTURE} has no mesh at a step of ${granularity}.`);
        faces = made.mesh.triangles.length / 3;
        runs.push({ surface: seconds(begun, middle), finish: seconds(middle, performance.now()) });
      }
      const [grid, occupied] = [object.field.counts, object.indices.length];
      const line: Line = { ...origin, load: currentLoad(), picture: PICTURE, grid, occupied, faces, runs };
      await appendJsonLine(json, line);
    }
  } finally {
    engine.dispose();
  }
}

const seconds = (from: number, to: number): number => Math.round(to - from) / 1000;

const medianOf = (values: readonly number[]): string =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)].toFixed(2);

/** The lines of the last run. */
function tableOf(lines: readonly Line[]): string {
  return markdownTable(
    ['grid', 'occupied points', 'faces', 'surface (s)', 'simplified and painted (s)', 'both (s)', 'first run (s)'],
    lines
      .filter(({ date }) => date === lines.at(-1)?.date)
      .map(({ grid, occupied, faces, runs }) => [
        grid.join(' x '),
        String(occupied),
        String(faces),
        medianOf(runs.map(({ surface }) => surface)),
        medianOf(runs.map(({ finish }) => finish)),
        medianOf(runs.map(({ surface, finish }) => surface + finish)),
        (runs[0].surface + runs[0].finish).toFixed(2),
      ]),
  );
}

await new Command('bench:mesh')
  .description("Measures the mesh: from an object's points to a textured mesh. Times are medians.")
  .option('--json <file>', 'appends the result', 'bench/results/mesh/mesh.jsonl')
  .option('--table', 'measures nothing: prints the last result')
  .action(async ({ json, table }: { json: string; table?: true }) => {
    if (!table) await measure(json);
    process.stdout.write(tableOf(await readJsonLines<Line>(json)));
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`bench:mesh: ${messageOf(error)}`);
    process.exitCode = 1;
  });
