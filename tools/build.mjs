/**
 * Bundles into dist/: `node tools/build.mjs`. One bundle per way to use the project, `.wgsl` files as text, type
 * declarations, the page that shows a result, and the tiny weights. Node bundles leave packages outside; browser bundles hold everything.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sizeOverTheWire, writeApp } from './app.mjs';
import { writeDeclarations } from './declarations.mjs';
import { writeView } from './view.mjs';
import { isProgram, root, runTool, say, SetupError } from './setup/process.mjs';

/**
 * A program is split: small files load their parts from a folder of its name when they are needed. `beside` are bundles that the
 * program loads from beside itself, which share its parts: name in dist/ -> entry.
 * @type {{ entry: string, out: string, host: 'node' | 'browser', beside?: Record<string, string>, published?: true, minify?: true, standIns?: Record<string, string> }[]}
 */
const bundles = [
  { entry: 'src/node.ts', out: 'dist/node.js', host: 'node', published: true },
  {
    ...{ entry: 'src/cli/main.ts', out: 'dist/cli.js', host: 'node', published: true },
    // For `unflat bench` and `unflat doctor --deep`.
    beside: { bench: 'tools/bench.ts', deep: 'tools/deep.ts' },
  },
  { entry: 'tools/parity.ts', out: 'dist/parity.js', host: 'node' },
  { entry: 'tools/eval.ts', out: 'dist/eval.js', host: 'node' },
  { entry: 'tools/variants.ts', out: 'dist/variants.js', host: 'node' },
  { entry: 'tools/isa.ts', out: 'dist/isa.js', host: 'node' },
  { entry: 'tools/limits.ts', out: 'dist/limits.js', host: 'node' },
  { entry: 'tools/memory.ts', out: 'dist/memory.js', host: 'node' },
  { entry: 'tools/peers.ts', out: 'dist/peers.js', host: 'node' },
  { entry: 'tools/sweepShares.ts', out: 'dist/sweepShares.js', host: 'node' },
  { entry: 'tools/appTimes.ts', out: 'dist/appTimes.js', host: 'node' },
  { entry: 'tools/loss.ts', out: 'dist/loss.js', host: 'node' },
  { entry: 'tools/memoryFaults.ts', out: 'dist/memoryFaults.js', host: 'node' },
  { entry: 'tools/startTimes.ts', out: 'dist/startTimes.js', host: 'node' },
  { entry: 'tools/meshTimes.ts', out: 'dist/meshTimes.js', host: 'node' },
  { entry: 'tools/batchTimes.ts', out: 'dist/batchTimes.js', host: 'node' },
  { entry: 'tools/fuzz.ts', out: 'dist/fuzz.js', host: 'node' },
  { entry: 'tools/interruptions.ts', out: 'dist/interruptions.js', host: 'node' },
  { entry: 'src/web.ts', out: 'dist/web.js', host: 'browser', published: true },
  // createWorkerEngine starts it from beside dist/web.js.
  { entry: 'src/worker.ts', out: 'dist/worker.js', host: 'browser', published: true, minify: true },
  {
    entry: 'test/browser/entry.ts',
    out: 'dist/browserTests.js',
    host: 'browser',
    // Tests of kernels run in the browser unchanged. These modules need Node, so others stand in for them.
    standIns: {
      vitest: 'test/browser/vitest.ts',
      '../setup/evaluate.ts': 'test/browser/evaluate.ts',
      '../../setup/evaluate.ts': 'test/browser/evaluate.ts',
      './evaluate.ts': 'test/browser/evaluate.ts',
      './goldenBytes.ts': 'test/browser/goldenBytes.ts',
      '../setup/goldenBytes.ts': 'test/browser/goldenBytes.ts',
    },
  },
];

/** Entries that others compile against. */
const declarations = { 'src/node.ts': 'dist/node.d.ts', 'src/web.ts': 'dist/web.d.ts' };

/** Files and folders that bundles depend on. A change in any of them makes the build stale. */
const inputs = [
  'src',
  'weights',
  'examples',
  'tools',
  'test',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.types.json',
];

/** The web app: static files. */
const app = 'dist/app';

/** Written last, so that an interrupted build is stale. */
const stamp = 'dist/.built';

/** Builds if dist/ is missing or older than its inputs. */
export async function ensureBuild() {
  const built = modified(join(root, stamp));
  if (built !== undefined && inputs.every((input) => newest(join(root, input)) <= built)) return;
  say('building');
  await build();
}

/** @throws SetupError if a bundle or the type declarations fail */
export async function build() {
  const started = new Date();
  rmSync(join(root, stamp), { force: true });
  const [failures] = await Promise.all([bundleAll(), writeDeclarations(declarations), writeView('dist/view.html')]);
  if (failures.length > 0) throw new SetupError(`the build of ${failures.join(', ')} failed; its errors are above.`);
  copyTinyWeights(join(root, 'dist/tiny'));
  await writeApp(app, { view: 'dist/view.html', tiny: 'dist/tiny' });
  const size = Math.ceil(sizeOverTheWire(join(root, app)) / 1000);
  say(`${app}: a first visit loads ${size} kB before weights (gzip)`);
  writeFileSync(join(root, stamp), '');
  // The stamp has the time of the start, so a file that changed during the build makes it stale.
  utimesSync(join(root, stamp), started, started);
}

/** @returns {Promise<string[]>} the bundles that failed; esbuild has printed the errors */
async function bundleAll() {
  const entries = bundles.flatMap(({ entry, beside = {} }) => [entry, ...Object.values(beside)]);
  const missing = entries.filter((entry) => !existsSync(join(root, entry)));
  if (missing.length > 0)
    throw new SetupError(`no ${missing.join(', ')}: every bundle of tools/build.mjs needs its entry.`);
  const { build: esbuild } = await import('esbuild');
  const results = await Promise.allSettled(
    bundles.map(({ entry, out, host, beside, published, minify, standIns = {} }) =>
      esbuild({
        absWorkingDir: root,
        ...(beside ? parted(entry, out, beside) : { entryPoints: [entry], outfile: out }),
        bundle: true,
        // Nobody reads the worker: `web.js` has the same code.
        minify,
        format: 'esm',
        // A source map would double the package, and a link to a missing map makes bundlers warn.
        sourcemap: published ? false : 'linked',
        loader: { '.wgsl': 'text' },
        logLevel: 'warning',
        plugins: [replaceModules(standIns)],
        ...(host === 'node'
          ? { platform: 'node', target: 'node20', packages: 'external' }
          : // Libraries import these only in Node: the one for glTF, and in tests the one for solids.
            { platform: 'browser', target: 'es2022', external: ['node:fs', 'node:path', 'node:module'] }),
      }),
    ),
  );
  for (const { out, beside } of bundles) {
    if (beside && existsSync(join(root, out))) chmodSync(join(root, out), 0o755);
  }
  return bundles.filter((_, i) => results[i].status === 'rejected').map(({ out }) => out);
}

/**
 * Options of esbuild for a program in parts. Names of parts change with their content, so old parts are removed first.
 * @param {string} entry
 * @param {string} out
 * @param {Record<string, string>} beside
 */
function parted(entry, out, beside) {
  const name = basename(out, '.js');
  rmSync(join(root, dirname(out), name), { recursive: true, force: true });
  return {
    entryPoints: { [name]: entry, ...beside },
    outdir: dirname(out),
    splitting: true,
    chunkNames: `${name}/[name]-[hash]`,
  };
}

/**
 * @param {Record<string, string>} standIns specifier of an import -> file that takes its place
 * @returns {import('esbuild').Plugin}
 */
function replaceModules(standIns) {
  return {
    name: 'replace-modules',
    setup({ onResolve }) {
      onResolve({ filter: /./ }, ({ path }) => (path in standIns ? { path: join(root, standIns[path]) } : undefined));
    },
  };
}

/**
 * Copies the tiny weights. Training curves are left out.
 * @param {string} to a folder `tiny` beside bundles, where both hosts look for them
 */
export function copyTinyWeights(to) {
  const from = join(root, 'weights/tiny');
  const shipped = readdirSync(from).filter((name) => !name.endsWith('.curve.jsonl'));
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to)) if (!shipped.includes(name)) rmSync(join(to, name));
  for (const name of shipped) copyFileSync(join(from, name), join(to, name));
}

/**
 * @param {string} path a file, or a folder, whose subfolders are searched too
 * @returns {number} the latest modification in it, in milliseconds; 0 when it does not exist
 */
function newest(path) {
  const own = modified(path);
  if (own === undefined || !statSync(path).isDirectory()) return own ?? 0;
  // The folder's own time counts, too: it changes when an entry is removed.
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), own);
}

/** @param {string} path @returns {number | undefined} undefined when it does not exist */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

if (isProgram(import.meta.url)) {
  await runTool(async () => {
    await build();
    return 0;
  });
}
