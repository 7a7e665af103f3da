/**
 * Makes a machine ready to build, test and run: `node tools/setup.mjs [--browser]`. Plain Node, no packages, because it
 * runs before `npm ci`. It installs only what is missing; where it may not install, it
 * stops with one line that says what to run.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureAdapter } from './setup/adapter.mjs';
import { ensureBrowser } from './setup/browser.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { isProgram, root, runTool, say, SetupError } from './setup/process.mjs';

/** @param {{ browser?: boolean }} [options] browser: whether to set up what the browser tests need, too */
export async function setup({ browser = false } = {}) {
  await setupBuild();
  const rootCommand = `sudo ${process.execPath} ${join(root, 'tools/setup.mjs')}${browser ? ' --browser' : ''}`;
  ensureAdapter(rootCommand);
  if (browser) ensureBrowser(rootCommand);
}

/** The part of the set-up that a browser needs, which has an adapter of its own: packages and the build. */
export async function setupBuild() {
  checkNode();
  ensurePackages();
  const { ensureBuild } = await import('./build.mjs'); // needs the packages
  await ensureBuild();
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [wantedMajor, wantedMinor] = engines.node.replace('>=', '').split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Node ${process.versions.node} is too old: install Node ${engines.node.replace('>=', '')} or newer.`,
  );
}

if (isProgram(import.meta.url)) {
  await runTool(async () => {
    const unknown = process.argv.slice(2).filter((argument) => argument !== '--browser');
    if (unknown.length > 0)
      throw new SetupError(`unknown option ${unknown[0]}. Usage: node tools/setup.mjs [--browser]`);
    await setup({ browser: process.argv.includes('--browser') });
    say('ready');
    return 0;
  });
}
