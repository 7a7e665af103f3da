/**
 * From a fresh clone to a 3D object: `npm run demo`. Sets the machine up, builds, reconstructs the example picture and
 * lists what it wrote. Further arguments go to the command.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setup } from './setup.mjs';
import { deviceEnv, root, run, runTool, say } from './setup/process.mjs';

const out = join(root, 'out/demo');
const picture = join(root, 'examples/mug.png');
// One click on the mug. All else is as by default; without a GPU it takes about a minute.
const prompt = ['--point', '240,200'];

await runTool(async () => {
  await setup();
  const args = ['reconstruct', picture, ...prompt, '-o', out, ...process.argv.slice(2)];
  say(`node dist/cli.js ${args.map((arg) => (arg.startsWith(root) ? relative(root, arg) : arg)).join(' ')}`);
  const status = run(process.execPath, [join(root, 'dist/cli.js'), ...args], deviceEnv());
  if (status !== 0) return status;
  process.stdout.write(`\nWritten to ${relative(process.cwd(), out)}:\n`);
  for (const name of readdirSync(out).sort()) {
    process.stdout.write(`  ${name.padEnd(20)} ${String(statSync(join(out, name)).size).padStart(10)} bytes\n`);
  }
  const page = relative(process.cwd(), join(out, 'view.html'));
  process.stdout.write(`Open ${page} in a browser: there the object can be turned.\n`);
  return 0;
});
