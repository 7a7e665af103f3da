/** Finds Chromium for the browser tests, or installs Debian's package. */
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, aptRights, hasApt } from './apt.mjs';
import { parseOsRelease } from './debianSources.mjs';
import { say, SetupError } from './process.mjs';

const names = ['chromium', 'google-chrome-stable', 'google-chrome', 'chrome', 'chromium-browser'];

/** Paths of Chrome and Chromium on systems where PATH does not have them. */
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Flags beside Playwright's own, which keep the browser from updating, synchronizing and prompting. */
export const gpuFlags = ['--enable-unsafe-webgpu', '--disable-quic'];

/** SwiftShader everywhere: what is drawn and computed does not depend on the graphics card. */
export const softwareFlags = [
  ...[...gpuFlags, '--use-webgpu-adapter=swiftshader'],
  ...['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
];

/**
 * Exported for tests.
 * @param {NodeJS.ProcessEnv} [env] UNFLAT_CHROMIUM names the program; else PATH is searched
 * @returns {string | undefined} path of the browser, undefined when there is none
 * @throws SetupError if UNFLAT_CHROMIUM is set but cannot be run
 */
export function findBrowser(env = process.env) {
  const chosen = env.UNFLAT_CHROMIUM;
  if (chosen) {
    if (isProgramFile(chosen)) return chosen;
    throw new SetupError(`UNFLAT_CHROMIUM is ${chosen}, which is no program. Set it to a Chromium, or unset it.`);
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...candidates, ...elsewhere].find((path) => isProgramFile(path) && !isSnapStub(path));
}

/**
 * Installs Debian's chromium when no browser is found.
 * @param {string} rootCommand the command for a user without root's rights
 */
export function ensureBrowser(rootCommand) {
  if (findBrowser() !== undefined) return;
  // Ubuntu's package of that name only fetches a snap, which does not start in a container.
  if (!hasApt() || parseOsRelease(readFileSync('/etc/os-release', 'utf8')).ID === 'ubuntu') {
    throw new SetupError('no Chromium for the browser tests. Install Google Chrome, or set UNFLAT_CHROMIUM to one.');
  }
  const rights = aptRights();
  if (rights === undefined) {
    throw new SetupError(`no Chromium for the browser tests, and no right to install one. Run once: ${rootCommand}`);
  }
  say('no Chromium for the browser tests: installing it');
  aptInstall(rights, ['chromium']);
  if (findBrowser() === undefined) throw new SetupError('the package chromium is installed, but PATH has no chromium.');
}

/** @param {string} path */
function isProgramFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // absent, or not executable for this user
  }
}

/**
 * Whether it is Ubuntu's script, which only asks to install the snap.
 * @param {string} path
 */
function isSnapStub(path) {
  return statSync(path).size < 65_536 && /\/snap\/bin|snap install/.test(readFileSync(path, 'utf8'));
}
