/** `unflat serve`: serves the web app to this machine, opens it in the browser, and ends at Ctrl-C. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '../../host/errors.ts';
import { nearestOf } from '../../host/node/nearest.ts';
import { watchInterrupt } from '../interrupt.ts';
import type { Terminal } from '../terminal.ts';
import { startAppServer } from './appServer.ts';

export interface ServeOptions {
  /** Undefined: the default one, or the next free one. */
  port?: number;
  /** Whether the browser is opened. */
  open: boolean;
}

/**
 * Serves until Ctrl-C.
 * @param openBrowser shows an address to the person; tests pass a stand-in
 * @returns never: Ctrl-C throws `Interrupted`
 * @throws UserError if the app is not built, or the port cannot be used
 */
export async function serve(
  { port, open }: ServeOptions,
  terminal: Terminal,
  defaultPort: number,
  openBrowser: (address: string) => Promise<unknown> = openInBrowser,
): Promise<never> {
  const interruption = watchInterrupt(() => undefined);
  try {
    const { signal } = interruption;
    const server = await startAppServer(await appFolder(), port ?? { from: defaultPort });
    try {
      terminal.out(`${server.address}\n`);
      terminal.err('unflat is at this address until you press Ctrl-C.\n');
      if (open) {
        await openBrowser(server.address).catch((error: unknown) =>
          terminal.err(`No browser could be opened (${messageOf(error)}): open the address yourself.\n`),
        );
      }
      await new Promise((resolve) => {
        if (signal.aborted) resolve(undefined);
        signal.addEventListener('abort', resolve);
      });
      throw signal.reason;
    } finally {
      await server.close();
    }
  } finally {
    interruption.dispose();
  }
}

/**
 * The folder of the web app: next to the bundle, or built in the repository. Exported for tests.
 * @throws UserError if it is missing
 */
export async function appFolder(program = fileURLToPath(import.meta.url)): Promise<string> {
  const built = await nearestOf(program, ['app/sw.js', 'dist/app/sw.js']);
  if (built !== undefined) return dirname(built);
  throw new UserError(`The web app is not in a folder app next to ${program}.`, {
    hint: 'Install the package again. If you bundled it, copy node_modules/unflat/dist/app there. In the repository, run: npm run build.',
  });
}

async function openInBrowser(address: string): Promise<void> {
  const { default: open } = await import('open');
  await open(address);
}
