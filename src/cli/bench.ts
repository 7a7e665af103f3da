/**
 * `unflat bench`: passes its arguments to the benchmark. The benchmark is a separate bundle next to this one, because its
 * code is in tools/, which the command line does not import.
 */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { UserError } from '../host/errors.ts';
import type { CommandContext } from './context.ts';
import type { Terminal } from './terminal.ts';

/** What the bundle exports. */
interface BenchModule {
  /** @returns the exit code */
  runBench(argv: readonly string[], terminal: Terminal): Promise<number>;
}

/** Where `npm run build` puts the bundle: next to dist/cli.js. */
const BUNDLE = new URL('./bench.js', import.meta.url);

/**
 * Adds the command to the program.
 * @param finish receives the exit code
 * @param bundle where the benchmark is; tests pass another place
 */
export function addBench(
  program: Command,
  { terminal }: Pick<CommandContext, 'terminal'>,
  finish: (code: number) => void,
  bundle = BUNDLE,
): void {
  program
    .command('bench')
    .description('measure kernels on this machine')
    .argument('[arguments...]', 'see unflat bench --help')
    // The benchmark reads all options itself, --help included.
    .helpOption(false)
    .allowUnknownOption()
    .action(async (argv: string[]) => finish(await (await loadBench(bundle)).runBench(argv, terminal)));
}

/** @throws UserError if there is no such file */
async function loadBench(bundle: URL): Promise<BenchModule> {
  const file = fileURLToPath(bundle);
  try {
    await access(file);
  } catch (error) {
    throw new UserError(`The benchmark cannot be found: ${file} is missing.`, {
      cause: error,
      hint: 'In a checkout, `npm run build` makes it. In an installed package, install the package again.',
    });
  }
  return (await import(bundle.href)) as BenchModule;
}
