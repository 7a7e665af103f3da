/**
 * Everything on devices with little: `npm run test:limits -- [PROFILE...]`. Checks of all kernels in every variant that can run
 * there, the chain of small networks, and the demo on a coarser grid; each profile is a process of its own. It appends lines of
 * JSON, prints what is wrong, and fails if anything is.
 */
import { appendFile } from 'node:fs/promises';
import { Command } from 'commander';
import { EXIT, messageOf } from '../src/host/errors.ts';
import { JOB, runInChild } from './child.ts';
import { type LimitsFinding, type LimitsJob, runLimitsJob } from './limits/job.ts';
import { PROFILES, swiftShaderDriver } from './limits/profiles.ts';
import { originOf } from './origin.ts';
import { findBrowser } from './setup/browser.mjs';

interface Options {
  readonly output: string;
  readonly kernels?: string[];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(names: readonly string[], { output, kernels = [] }: Options): Promise<number> {
  const unknown = names.find((name) => !(name in PROFILES));
  if (unknown !== undefined)
    throw new Error(`There is no profile ${unknown}; there are ${Object.keys(PROFILES).join(', ')}.`);
  const origin = await originOf();
  const usualDriver = process.env.VK_ICD_FILENAMES;
  let failures = 0;
  for (const profile of names.length > 0 ? names : Object.keys(PROFILES)) {
    const { what, swiftShader } = PROFILES[profile];
    say(`${profile}: ${what}`);
    const browser = swiftShader && findBrowser();
    const driver = browser && swiftShaderDriver(browser);
    if (swiftShader && driver === undefined)
      throw new Error('Chromium is not there, or ships no SwiftShader. Run: npm run setup');
    // The child inherits it; Vulkan's loader then knows this driver alone.
    if (driver !== undefined) process.env.VK_ICD_FILENAMES = driver;
    const job: LimitsJob = { profile, picture: 'examples/mug.png', kernels };
    const found = await runInChild<LimitsFinding>(job, profile, new AbortController().signal);
    if (usualDriver === undefined) delete process.env.VK_ICD_FILENAMES;
    else process.env.VK_ICD_FILENAMES = usualDriver;
    const { checks, small, demo, ...rest } = found;
    const summary = { ...checks, wrong: checks.wrong.length };
    await appendFile(output, `${JSON.stringify({ ...origin, profile, ...rest, checks: summary, small, demo })}\n`);
    say(`  ${found.adapter}: ${checks.runs} checks of kernels, ${checks.wrong.length} wrong; ${found.seconds} s`);
    for (const [name, chain] of Object.entries({ small, demo })) {
      say(`  ${name}: ${chain.maskPixels} pixels, ${chain.points} points, ${chain.triangles ?? 'no'} triangles`);
    }
    const problems = [...checks.wrong, ...small.problems, ...demo.problems];
    for (const problem of problems) say(`  WRONG: ${problem}`);
    failures += problems.length;
  }
  return failures === 0 ? EXIT.ok : EXIT.failure;
}

if (process.argv[2] === JOB) {
  try {
    process.stdout.write(`${JSON.stringify(await runLimitsJob(JSON.parse(process.argv[3]) as LimitsJob))}\n`);
    process.exit(EXIT.ok);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(EXIT.failure);
  }
}
await new Command('test:limits')
  .description('Run kernels, small networks and the demo on devices with little')
  .argument('[profile...]', `${Object.keys(PROFILES).join(', ')} (default: all)`)
  .option('-o, --output <file>', 'where the lines are', 'bench/results/reliability/limits.jsonl')
  .option('--kernels <names...>', 'check these kernels only')
  .action(async (names: string[], options: Options) => {
    try {
      process.exitCode = await main(names, options);
    } catch (error) {
      process.stderr.write(`error: ${messageOf(error)}\n`);
      process.exitCode = EXIT.failure;
    }
  })
  .parseAsync();
