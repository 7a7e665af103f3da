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
const weights = ['--size', 'small', '--weights', 'synthetic:7'];
// A grid of 60 points along each axis takes seconds without a GPU; generated weights fill about half of it.
const sweep = ['--granularity', '0.1', '--threshold', '0.5'];
const caveat = 'The weights are generated numbers, not trained ones: every step is real, the shape means nothing.';

await runTool(async () => {
  await setup();
  const args = ['reconstruct', picture, ...prompt, ...weights, ...sweep, '-o', out, ...process.argv.slice(2)];
  say(`node dist/cli.js ${args.map((arg) => (arg.startsWith(root) ? relative(root, arg) : arg)).join(' ')}`);
  const status = run(process.execPath, [join(root, 'dist/cli.js'), ...args], deviceEnv());
  if (status !== 0) return status;
  process.stdout.write(`\nWritten to ${relative(process.cwd(), out)}:\n`);
  for (const name of readdirSync(out).sort()) {
    process.stdout.write(`  ${name.padEnd(20)} ${String(statSync(join(out, name)).size).padStart(10)} bytes\n`);
  }
  process.stdout.write(`Look at ${relative(process.cwd(), join(out, 'preview.png'))} first. ${caveat}\n`);
  return 0;
});
