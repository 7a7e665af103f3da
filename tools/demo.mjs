/**
 * From a fresh clone to a 3D object: `npm run demo`. Sets the machine up, builds, reconstructs the example picture and
 * lists what it wrote. Further arguments go to the command.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setup } from './setup.mjs';
import { deviceEnv, root, run, runTool, say } from './setup/process.mjs';

const out = join(root, 'out/demo');
const picture = join(root, 'examples/duck.png');
const prompt = ['--box', '172,78,506,368'];
// A grid of 70 x 70 x 75 points takes less than a minute without a GPU.
const sweep = ['--granularity', '0.1'];

await runTool(async () => {
  await setup();
  const args = ['reconstruct', picture, ...prompt, ...sweep, '-o', out, ...process.argv.slice(2)];
  say(`node dist/cli.js ${args.map((arg) => (arg.startsWith(root) ? relative(root, arg) : arg)).join(' ')}`);
  const status = run(process.execPath, [join(root, 'dist/cli.js'), ...args], deviceEnv());
  if (status !== 0) return status;
  process.stdout.write(`\nWritten to ${relative(process.cwd(), out)}:\n`);
  for (const name of readdirSync(out).sort()) {
    process.stdout.write(`  ${name.padEnd(20)} ${String(statSync(join(out, name)).size).padStart(10)} bytes\n`);
  }
  process.stdout.write(`Look at ${relative(process.cwd(), join(out, 'preview.png'))} first.\n`);
  return 0;
});
