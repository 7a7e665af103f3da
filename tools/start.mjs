/**
 * From a fresh clone to the web app in the browser: `npm start`. Installs the packages, builds, serves the app and opens it.
 * Further arguments go to `unflat serve`.
 */
import { join } from 'node:path';
import { setupBuild } from './setup.mjs';
import { root, run, runTool } from './setup/process.mjs';

/** Exit status of a command that Ctrl-C ended. */
const interrupted = 130;

await runTool(async () => {
  await setupBuild();
  // Ctrl-C reaches the server, too: this process waits for its end.
  process.on('SIGINT', () => undefined);
  const status = run(process.execPath, [join(root, 'dist/cli.js'), 'serve', ...process.argv.slice(2)]);
  // Ctrl-C is how a server ends, so npm need not complain.
  return status === interrupted ? 0 : status;
});
