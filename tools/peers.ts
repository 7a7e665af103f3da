/**
 * Compares our kernels and networks with other programs: `npm run bench:peers -- [case...]`. onnxruntime's WebGPU provider runs on
 * the same adapter and PyTorch on the same cores; all take turns. Prints a table and appends lines of JSON; `--table FILE`
 * writes the stored lines into a document instead.
 */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { watchInterrupt } from '../src/cli/interrupt.ts';
import { parsePositive } from '../src/cli/options.ts';
import { Device } from '../src/graph/device.ts';
import { EXIT, messageOf } from '../src/host/errors.ts';
import { requestNodeAdapter } from '../src/host/node/adapter.ts';
import { weightsFolder } from '../src/host/node/cache.ts';
import { expectWritable } from '../src/host/node/files.ts';
import { select } from './bench.ts';
import { readJsonLines } from './jsonLines.ts';
import { withMarked } from './markdown.ts';
import { originOf } from './origin.ts';
import { networkCases, peerCases } from './peers/cases.ts';
import { type Bench, compareKernels, compareNetworks, type Finding } from './peers/compare.ts';
import { peersSection, peersTable } from './peers/document.ts';
import { installOnnxruntime } from './peers/install.ts';
import type { PeerLine } from './peers/lines.ts';
import { Peer } from './peers/peer.ts';

interface Options {
  readonly adapter: string;
  readonly python?: string;
  readonly without: string[];
  readonly rounds: number;
  readonly output: string;
  readonly table?: string;
}

const PEERS = ['onnxruntime', 'pytorch'];
const say = (text: string): void => void process.stderr.write(`${text}\n`);
/** The folder of the peers' programs, seen from the bundle. */
const PROGRAMS = join(dirname(fileURLToPath(import.meta.url)), '../tools/peers');

async function main(words: string[], options: Options): Promise<number> {
  const { output: file, table } = options;
  if (table !== undefined) {
    const section = peersSection(await readJsonLines<PeerLine>(file));
    await writeFile(table, withMarked(await readFile(table, 'utf8'), 'npm run bench:peers:table', section));
    say(`Wrote ${table}`);
    return EXIT.ok;
  }
  const jobs = select(words, [
    ...peerCases.map((one) => ({ ...one.own, run: (bench: Bench) => compareKernels(one, bench) })),
    ...networkCases.map((one) => ({
      ...{ kernel: one.stage, shape: `full, ${one.shape ?? ''} networks` },
      run: (bench: Bench) => compareNetworks(one, bench),
    })),
  ]);
  await expectWritable(file);
  const origin = await originOf();
  const commands = await findPeers(options);
  const { adapter, wait, release } = await requestNodeAdapter(options.adapter, [
    'disable-dawn-features=timestamp_quantization',
  ]);
  const device = await Device.create(adapter, { wait });
  const interruption = watchInterrupt(say);
  try {
    const { signal } = interruption;
    for (const { run, kernel, shape } of jobs) {
      say(`${kernel} ${shape}`);
      const bench: Bench = { device, peers: await startPeers(commands), rounds: options.rounds, signal };
      const found = (await run(bench).finally(() => stopPeers(bench))).map((finding: Finding): PeerLine => ({
        ...origin,
        adapter: device.info.description,
        ...finding,
      }));
      await appendFile(file, found.map((line) => `${JSON.stringify(line)}\n`).join(''));
      process.stdout.write(`${peersTable(found)}\n`);
    }
    say(`Appended to ${file}`);
    return EXIT.ok;
  } finally {
    interruption.dispose();
    device.dispose();
    release();
  }
}

/** Commands of the peers that are wanted. PyTorch is left out, with a word about it, where no Python has it. */
async function findPeers({ python, without }: Options): Promise<Map<string, readonly string[]>> {
  const commands = new Map<string, readonly string[]>();
  if (!without.includes('onnxruntime')) {
    const folder = await installOnnxruntime(join(dirname(weightsFolder(undefined)), 'peers'), say);
    commands.set('onnxruntime', [process.execPath, join(PROGRAMS, 'onnxruntime.mjs'), folder]);
  }
  if (!without.includes('pytorch')) {
    const command = [...(python ?? 'python3').split(' '), join(PROGRAMS, 'torch.py'), `${availableParallelism()}`];
    try {
      (await Peer.start('pytorch', command, process.env)).stop();
      commands.set('pytorch', command);
    } catch (error) {
      if (python !== undefined) throw error;
      say(`Without PyTorch: ${messageOf(error)} --python names a Python that has it.`);
    }
  }
  return commands;
}

/** Each case gets fresh processes, so that none inherits memory from the case before. */
async function startPeers(commands: ReadonlyMap<string, readonly string[]>): Promise<Map<string, Peer>> {
  const peers = new Map<string, Peer>();
  for (const [name, command] of commands) peers.set(name, await Peer.start(name, command, process.env));
  return peers;
}

function stopPeers({ peers }: Bench): void {
  for (const peer of peers.values()) peer.stop();
}

const program = new Command('peers')
  .description('Compare with onnxruntime and PyTorch on this machine.')
  .argument('[case...]', 'only cases whose name or shape contains one of these words; `networks`: all networks')
  .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter’s name', 'auto')
  .option('--python <command>', 'a Python with PyTorch, for example `chroot /srv/debian python3`; default: python3')
  .addOption(new Option('--without <peer...>', 'leave a peer out').choices(PEERS).default([]))
  .option('--rounds <n>', 'turns of each contestant', parsePositive, 5)
  .option('-o, --output <file>', 'where the JSON lines are appended', 'bench/results/peers/peers.jsonl')
  .option('--table <file>', 'measure nothing: write the stored results into this document')
  .action(async (words: string[], options: Options) => {
    process.exitCode = await main(words, options);
  });

program.parseAsync().catch((error: unknown) => {
  say(messageOf(error));
  process.exitCode = EXIT.failure;
});
