/** Runs a bundle of dist/ after the set-up it needs: `node tools/run.mjs cli bench matmul`. */
import { join } from 'node:path';
import { setup } from './setup.mjs';
import { deviceEnv, root, run, runTool } from './setup/process.mjs';

await runTool(async () => {
  const [bundle, ...args] = process.argv.slice(2);
  await setup();
  return run(process.execPath, [join(root, 'dist', `${bundle}.js`), ...args], deviceEnv());
});
