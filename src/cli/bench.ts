/** `unflat bench`: passes its arguments to the benchmark, a bundle of its own. */
import type { Command } from 'commander';
import { loadBundle } from './bundles.ts';
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
    .action(async (argv: string[]) => {
      const { runBench } = await loadBundle<BenchModule>(bundle, 'The benchmark');
      finish(await runBench(argv, terminal));
    });
}
