/**
 * Builds the web app of src/app into a folder of static files that any web server can host, in a subfolder too: all addresses
 * in it are relative. Needs the page view.html and the tiny weights, which other parts of the build write.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root, SetupError } from './setup/process.mjs';

const source = 'src/app';

/** What esbuild bundles, and the names in the app's folder. Code that scripts share, or load later, goes to files of its own. */
const bundles = [
  { in: `${source}/main.tsx`, out: 'app' },
  { in: `${source}/style/main.css`, out: 'style' },
  { in: 'src/worker.ts', out: 'worker' },
];

/** The icon as PNG, for systems that show no SVG. Those that cut out a shape of their own want a picture without clear corners. */
const icons = [
  { name: 'icon-180.png', width: 180, clear: false },
  { name: 'icon-192.png', width: 192, clear: true },
  { name: 'icon-512.png', width: 512, clear: true },
  { name: 'icon-maskable-512.png', width: 512, clear: false },
];

/** Of icon.svg. */
const iconBackground = '#15181b';

const thumbnailWidth = 240;

/** Not kept by the service worker: itself, and the weights, which the engine stores. */
const notKept = /^(sw\.js$|tiny\/)/;

/** Not loaded when the page opens: examples, weights, the service worker, and the page for downloads. */
const loadedLater = /^(sw\.js|view\.html)$|\//;

/**
 * @param {string} out the app's folder, which is written anew
 * @param {{ view: string, tiny: string }} built the page and the folder of weights that go with it
 * @throws SetupError if src/app cannot be bundled; esbuild has printed the errors
 */
export async function writeApp(out, built) {
  // Beside its place until it is whole: the old app can be served meanwhile, and another build can run.
  const folder = join(root, `${out}-${process.pid}`);
  try {
    await writeFiles(folder, built);
    rmSync(join(root, out), { recursive: true, force: true });
    renameSync(folder, join(root, out));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {{ view: string, tiny: string }} built */
async function writeFiles(folder, built) {
  mkdirSync(folder, { recursive: true });
  await bundle(folder, { entryPoints: bundles, format: 'esm', splitting: true, chunkNames: '[name]-[hash]' });
  for (const name of ['index.html', 'manifest.webmanifest', 'icon.svg'])
    cpSync(join(root, source, name), join(folder, name));
  cpSync(join(root, built.view), join(folder, 'view.html'));
  cpSync(join(root, built.tiny), join(folder, 'tiny'), { recursive: true });
  await writePictures(folder);
  await writeServiceWorker(folder);
}

/**
 * Writes the service worker for the files that the folder now has. Exported for tests.
 * @param {string} folder the app's
 */
export async function writeServiceWorker(folder) {
  const files = hashes(folder);
  await bundle(folder, {
    entryPoints: [{ in: `${source}/serviceWorker.ts`, out: 'sw' }],
    format: 'iife',
    define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(sha256(JSON.stringify(files))) },
  });
}

/** @param {string} folder @param {import('esbuild').BuildOptions} options */
async function bundle(folder, options) {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    loader: { '.wgsl': 'text' },
    // The library for glTF imports these only in Node.
    external: ['node:fs', 'node:path', 'node:module'],
    legalComments: 'inline',
    logLevel: 'warning',
    ...options,
  }).catch(() => {
    throw new SetupError(`the build of ${source} failed; its errors are above.`);
  });
}

/** Icons, and the example pictures with small ones of them to choose from. @param {string} folder */
async function writePictures(folder) {
  const { default: sharp } = await import('sharp');
  const icon = join(root, source, 'icon.svg');
  const drawn = icons.map(({ name, width, clear }) => {
    const picture = sharp(icon).resize(width);
    return (clear ? picture : picture.flatten({ background: iconBackground })).png().toFile(join(folder, name));
  });
  const examples = join(folder, 'examples');
  mkdirSync(examples);
  const pictures = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.png'));
  const encoded = pictures.flatMap((name) => {
    const picture = sharp(join(root, 'examples', name));
    const out = join(examples, basename(name, '.png'));
    return [
      picture.clone().webp({ lossless: true }).toFile(`${out}.webp`),
      picture.clone().resize(thumbnailWidth).webp().toFile(`${out}-small.webp`),
    ];
  });
  await Promise.all([...drawn, ...encoded]);
}

/**
 * @param {string} folder the app's
 * @returns {Record<string, string>} the files that the service worker keeps -> their hashes, in the form of `Request.integrity`
 */
function hashes(folder) {
  const paths = filesOf(folder).filter((path) => !notKept.test(path));
  return Object.fromEntries(paths.map((path) => [path, `sha256-${sha256(readFileSync(join(folder, path)))}`]));
}

/** @param {string | Buffer} data */
const sha256 = (data) => createHash('sha256').update(data).digest('base64');

/** @param {string} folder @returns {string[]} paths of all files below it, with slashes, sorted */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

/**
 * @param {string} folder the app's
 * @returns {number} bytes of everything that a first visit loads before weights, compressed as servers commonly do (gzip)
 */
export function sizeOverTheWire(folder) {
  return filesOf(folder)
    .filter((path) => !loadedLater.test(path))
    .reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0);
}
