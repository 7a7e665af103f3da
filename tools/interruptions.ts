/**
 * Kills commands at random moments, and runs them again: `npm run test:interruptions -- --trials 200 --seed 1 [command...]`. After a
 * kill, every file of a result is whole or absent; the next run ends well, gives what an undisturbed one gives, and leaves no
 * temporary file. Half of the moments are points in time, half are changes to the file system. Appends lines of JSON.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError } from 'commander';
import { Random } from './fuzz/random.ts';
import { subjects, type Subject } from './interruptions/subjects.ts';
import { killedAndAgain, type Moment, undisturbed, type Undisturbed } from './interruptions/trial.ts';
import { originOf } from './origin.ts';

interface Options {
  readonly trials: number;
  readonly seed: number;
  readonly json: string;
}

async function main(names: string[], { trials, seed, json }: Options): Promise<void> {
  const chosen = names.length === 0 ? subjects : names.map(subjectOf);
  const origin = await originOf();
  await mkdir(dirname(json), { recursive: true });
  for (const [i, subject] of chosen.entries()) {
    const count = Math.floor(trials / chosen.length) + (i < trials % chosen.length ? 1 : 0);
    const started = performance.now();
    const found = await tried(subject, count, seed);
    const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
    console.log(
      `${subject.name}: ${count} trials, ${found.killed} killed before their end, ${found.failures} failures in ${seconds} s`,
    );
    await appendFile(
      json,
      `${JSON.stringify({ ...origin, command: subject.name, seed, trials: count, ...found, seconds })}\n`,
    );
    if (found.failures > 0) process.exitCode = 1;
    subject.end?.();
  }
}

async function tried(subject: Subject, count: number, seed: number): Promise<{ killed: number; failures: number }> {
  const expected = await undisturbed(subject);
  let [killed, failures] = [0, 0];
  for (let i = 0; i < count; i++) {
    const moment = momentOf(new Random(seed, i), i, expected);
    const trial = await killedAndAgain(subject, moment, expected);
    if (trial.killed) killed++;
    if (trial.problems.length === 0) continue;
    failures++;
    console.log(`  ${subject.name}, trial ${i}, ${JSON.stringify(moment)}:\n    ${trial.problems.join('\n    ')}`);
  }
  return { killed, failures };
}

/** Points in time and changes in turn. */
const momentOf = (random: Random, i: number, { ms, changes }: Undisturbed): Moment =>
  i % 2 === 0 ? { ms: random.below(Math.ceil(ms)) } : { change: 1 + random.below(changes) };

function subjectOf(name: string): Subject {
  const subject = subjects.find((one) => one.name === name);
  if (subject) return subject;
  throw new InvalidArgumentError(
    `There is no command ${name}. There are: ${subjects.map((one) => one.name).join(', ')}.`,
  );
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('Expected a whole number.');
}

await new Command('interruptions')
  .description('Kill commands at random moments, and run them again')
  .argument('[command...]', subjects.map(({ name }) => name).join(', '))
  .option('--trials <n>', 'trials of all commands together', whole, 200)
  .option('--seed <n>', 'seed of the moments', whole, 1)
  .option('--json <file>', 'append lines there', join('bench', 'results', 'reliability', 'interruptions.jsonl'))
  .action(main)
  .parseAsync();
