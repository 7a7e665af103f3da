/**
 * Judges kernels by their machine code on a GPU that need not be there: `npm run isa -- [case...]`. Mesa's driver compiles the
 * benchmark's cases; registers, memory and instructions of each program are counted, printed, and appended to
 * bench/results/isa where they changed. `--table FILE` writes them into a document instead.
 */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { EXIT, messageOf } from '../src/host/errors.ts';
import { expectWritable } from '../src/host/node/files.ts';
import { COMPILE, compileFor, compilePrograms } from './isa/compile.ts';
import { isaTable, withTable } from './isa/document.ts';
import { histories, type IsaLine, subjectOf, worsening } from './isa/lines.ts';
import { roofOf } from './isa/roof.ts';
import { isaCases, type Program, programsOf } from './isa/subjects.ts';
import { FAMILIES, type Family, GPU_TARGET, MATRIX_FAMILY } from './isa/target.ts';
import { readJsonLines } from './jsonLines.ts';
import { originOf } from './origin.ts';

interface Options {
  readonly family: Family;
  readonly results: string;
  readonly label?: string;
  readonly reason?: string;
  readonly table?: string;
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(words: string[], { family, results, label, reason, table }: Options): Promise<number> {
  const file = join(results, `${family}.jsonl`);
  const stored = await readJsonLines<IsaLine>(file);
  if (table !== undefined) {
    await writeFile(table, withTable(await readFile(table, 'utf8'), stored));
    say(`Wrote ${table}`);
    return EXIT.ok;
  }
  await expectWritable(file);
  const programs = selected(words, family);
  const { driver, listings } = await compileFor(family, [...new Set(programs.map(({ hash }) => hash))]);
  const { commit } = await originOf();
  const lines = programs.map(({ dispatch: _, loopRuns, ...program }): IsaLine => {
    const listing = listings.get(program.hash)!;
    const { vgprs, sgprs, spills, ldsBytes, waves, instructions } = listing;
    const numbers = { vgprs, sgprs, spills, ldsBytes, waves, instructions, ...roofOf(listing, loopRuns) };
    return { commit, family, driver, ...(label !== undefined && { label }), ...program, ...numbers };
  });
  process.stdout.write(isaTable(lines));
  return append(file, lines, stored, reason);
}

/** Appends the lines that differ from the stored ones; refuses worse ones without a reason. */
async function append(file: string, lines: IsaLine[], stored: IsaLine[], reason?: string): Promise<number> {
  const known = histories(stored);
  const news: IsaLine[] = [];
  const worse: string[] = [];
  for (const line of lines) {
    const before = known.get(subjectOf(line))?.at(-1);
    if (before && sameNumbers(before, line)) continue;
    const why = before && worsening(before, line);
    if (why !== undefined && reason === undefined) worse.push(`${subjectOf(line)}: ${why}`);
    news.push({ ...line, ...(why !== undefined && reason !== undefined && { reason }) });
  }
  if (worse.length > 0) {
    say(
      `These got worse, so nothing was stored. Make them better, or repeat with --reason "why":\n${worse.join('\n')}`,
    );
    return EXIT.failure;
  }
  await appendFile(file, news.map((line) => `${JSON.stringify(line)}\n`).join(''));
  say(`${news.length} lines appended to ${file}; ${lines.length - news.length} are as they were.`);
  return EXIT.ok;
}

/** Whether two lines say the same of the same program. */
function sameNumbers(a: IsaLine, b: IsaLine): boolean {
  const numbers = ({ commit: _, label: _label, reason: _reason, driver: _driver, ...rest }: IsaLine): string =>
    JSON.stringify(rest);
  return numbers(a) === numbers(b);
}

/** Programs of the GPU's cases whose kernel or shape contains one of the words; of all of them when there are no words. */
function selected(words: readonly string[], family: Family): Program[] {
  const fits = (text: string): boolean => words.length === 0 || words.some((word) => text.includes(word));
  const cases = isaCases.filter(
    ({ kernel, shape, matrix }) => fits(`${kernel} ${shape}`) && (!matrix || family === MATRIX_FAMILY),
  );
  if (cases.length === 0) throw new Error(`No case contains ${words.join(' or ')}.`);
  return cases.flatMap((one) => programsOf(one, GPU_TARGET));
}

if (process.argv[2] === COMPILE) {
  const wanted = new Set(process.argv.slice(3));
  const programs = isaCases.flatMap((one) => programsOf(one, GPU_TARGET)).filter(({ hash }) => wanted.has(hash));
  await compilePrograms(new Map(programs.map((program) => [program.hash, program])).values());
  process.exit(); // the device that is not there cannot be closed
} else {
  await new Command('isa')
    .description('Count registers, memory and instructions of GPU kernels, without a GPU')
    .argument('[case...]', 'only cases whose kernel or shape contains one of these words')
    .addOption(new Option('--family <name>', 'the GPU').choices(FAMILIES).default('navi31'))
    .option('--results <folder>', 'where the lines are', 'bench/results/isa')
    .option('--label <text>', 'stored with the lines')
    .option('--reason <text>', 'why programs that got worse are taken nevertheless')
    .option('--table <file>', 'compile nothing: write the table into a document')
    .action(async (words: string[], options: Options) => {
      try {
        process.exitCode = await main(words, options);
      } catch (error) {
        say(`error: ${messageOf(error)}`);
        process.exitCode = EXIT.failure;
      }
    })
    .parseAsync();
}
