/**
 * Puts the page that shows a result into one file: markup, style and program of src/view. The program holds three.
 * The page allows this style and this program by their hashes, and nothing else: no other script, no network.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, SetupError } from './setup/process.mjs';

const folder = 'src/view';

/**
 * @param {string} out path of the page, from the repository's root
 * @throws SetupError if src/view cannot be bundled; esbuild has printed the errors
 */
export async function writeView(out) {
  const script = await bundled('main.ts');
  const style = await bundled('style.css');
  const page = [
    ['<link rel="stylesheet" href="style.css" />', `<style>${style}</style>`],
    ['<script src="main.ts"></script>', `<script>${script}</script>`],
    ["'sha256-script'", `'sha256-${hashOf(script)}'`],
    ["'sha256-style'", `'sha256-${hashOf(style)}'`],
  ].reduce(replaceOnce, readFileSync(join(root, folder, 'index.html'), 'utf8'));
  mkdirSync(join(root, dirname(out)), { recursive: true });
  writeFileSync(join(root, out), page);
}

/** @param {string} name a file of src/view @returns {Promise<string>} its bundle, with the licenses of what it holds */
async function bundled(name) {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: root,
    entryPoints: [`${folder}/${name}`],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'inline',
    logLevel: 'warning',
  }).catch(() => {
    throw new SetupError(`the build of ${folder}/${name} failed; its errors are above.`);
  });
  return result.outputFiles[0].text;
}

/** @param {string} text */
const hashOf = (text) => createHash('sha256').update(text).digest('base64');

/** @param {string} page @param {string[]} change what to replace, and by what @returns {string} */
function replaceOnce(page, [from, to]) {
  const parts = page.split(from);
  if (parts.length !== 2) throw new SetupError(`${folder}/index.html must hold ${from} once.`);
  return parts.join(to);
}
