/** `unflat serve`: its options. The work itself is loaded when the command runs. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import type { ServeOptions } from './work/serve.ts';

const LAST_PORT = 65_535;

/** The port without `--port`. A fixed one, because browsers keep weights and settings for each port apart. Exported for tests. */
export const DEFAULT_PORT = 8320;

/** Adds the command to the program. */
export function addServe(program: Command, { terminal }: CommandContext, finish: Finish): void {
  program
    .command('serve')
    .description('open the web app in the browser; it is served to this machine alone, until Ctrl-C')
    .addOption(
      new Option('--port <number>', `port to serve at (default: ${DEFAULT_PORT}, or the next free one)`).argParser(
        parsePort,
      ),
    )
    .option('--no-open', 'print the address, and open no browser')
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./work/serve.ts');
      finish(await serve(options, terminal, DEFAULT_PORT));
    });
}

function parsePort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (port >= 0 && port <= LAST_PORT) return port;
  throw new InvalidArgumentError(`Expected a whole number up to ${LAST_PORT}; 0 takes any free port.`);
}
