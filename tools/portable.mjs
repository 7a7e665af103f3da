/**
 * Writes a folder that checks and measures unflat on a bare x86-64 Linux: `npm run portable`. No network and no package is
 * needed there. The folder is made from programs of this machine: the Node that runs this tool, Dawn, the Vulkan loader.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  createWriteStream,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { copyTinyWeights } from './build.mjs';
import { libraryPath, neededGlibc, neededLibraries, programPath } from './portable/libraries.mjs';
import { ensureCarried } from './setup/carried.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { capture, isProgram, root, run, runTool, say, SetupError } from './setup/process.mjs';

const NAME = 'unflat-portable';
const MAX_BYTES = 60e6;

/** Bundle -> entry. Packages are inside, but for Dawn's. */
const BUNDLES = {
  run: 'tools/portable/run.ts',
  unflat: 'tools/portable/unflat.ts',
  bench: 'tools/bench.ts',
  deep: 'tools/deep.ts',
  parity: 'tools/parity.ts',
};

/** Fixtures of test/golden by the step that compares them; steps run in the order of their names. The largest stay at home. */
const FIXTURES = {
  kernels: ['ops', 'grid.safetensors', 'pipe_corner.safetensors', 'pipe_small_object.safetensors'],
  networks: ['sam_b.safetensors', 'zoe_n.safetensors', 'mcc_b.safetensors'],
  tiny: ['tiny_sam.safetensors', 'tiny_zoe.safetensors', 'tiny_mcc.safetensors'],
  whole: ['chain.safetensors'],
};

/** Libraries that drivers and Dawn open by name, by the folder of lib/ that tools/portable/machineLibraries.ts looks in. */
const OPENED = { vulkan: ['libvulkan.so.1'], x11: ['libX11.so.6', 'libXext.so.6'] };

const DAWN = 'node_modules/webgpu/dist/linux-x64/dawn.node';

/**
 * Writes the folder. Exported for tests.
 * @param {string} folder is written anew
 * @param {{ fast?: boolean }} [options] fast: compress less, in a fraction of the time
 * @throws SetupError if a program or library is missing here, or the folder is larger than 60 MB
 */
export async function writePortable(folder, { fast = false } = {}) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `the folder is for x86-64 Linux and must be made on one; this is ${process.platform} ${process.arch}.`,
    );
  }
  const into = (/** @type {string[]} */ ...parts) => join(folder, ...parts);
  rmSync(folder, { recursive: true, force: true });
  for (const path of ['bin', 'lib', 'app', dirname(join('app', DAWN))]) mkdirSync(into(path), { recursive: true });

  const [node, dawn, xz] = [process.execPath, join(root, DAWN), expected('xz', programPath('xz'))];
  copyFileSync(xz, into('bin/xz'));
  chmodSync(into('bin/xz'), 0o755);
  copyLibraries(neededLibraries([xz]), into('lib/xz'));
  copyLibraries(neededLibraries([node, dawn]), into('lib/cpp'));
  const opened = Object.entries(OPENED).map(([name, libraries]) => ({
    name,
    paths: libraries.map((library) => expected(library, libraryPath(library))),
  }));
  for (const { name, paths } of opened) copyLibraries([...paths, ...neededLibraries(paths)], into('lib', name));
  writeFileSync(into('lib/glibc'), `${neededGlibc([node, dawn, xz, ...opened.flatMap(({ paths }) => paths)])}\n`);

  await Promise.all([
    bundle(into('app')),
    compress(xz, node, into('bin/node'), fast),
    compress(xz, dawn, into('app', DAWN), fast),
  ]);
  for (const name of ['package.json', 'index.js', 'LICENSE.md']) {
    copyFileSync(join(root, 'node_modules/webgpu', name), into('app/node_modules/webgpu', name));
  }
  copyTinyWeights(into('app/tiny'));
  for (const [step, names] of Object.entries(FIXTURES)) {
    for (const name of names) {
      const from = join(root, 'test/golden', name);
      cpSync(from, into('app/golden', step, statSync(from).isDirectory() ? '' : name), { recursive: true });
    }
  }
  copyFileSync(join(root, 'tools/portable/run.sh'), into('run.sh'));
  chmodSync(into('run.sh'), 0o755);
  copyFileSync(join(root, 'docs/gpu-machine.md'), into('README.md'));
  copyFileSync(join(root, 'LICENSE'), into('LICENSE'));

  const bytes = sizeOf(folder);
  if (bytes > MAX_BYTES) {
    throw new SetupError(`${folder} has ${megabytes(bytes)}, more than the ${megabytes(MAX_BYTES)} that it may have.`);
  }
}

/**
 * @param {string} name
 * @param {string | undefined} path
 */
function expected(name, path) {
  if (path === undefined) throw new SetupError(`${name} is not installed. \`npm run portable\` says what to install.`);
  return path;
}

/** @param {string[]} paths @param {string} folder */
function copyLibraries(paths, folder) {
  mkdirSync(folder, { recursive: true });
  for (const path of paths) copyFileSync(path, join(folder, basename(path)));
}

/** @param {string} folder */
async function bundle(folder) {
  const { build } = await import('esbuild');
  const commit = capture('git', ['rev-parse', '--short', 'HEAD']).stdout.trim();
  await build({
    absWorkingDir: root,
    entryPoints: Object.entries(BUNDLES).map(([out, entry]) => ({ in: entry, out })),
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // `unflat.js` finds bench.js and deep.js beside it.
    external: ['webgpu'],
    loader: { '.wgsl': 'text' },
    // Packages in CommonJS take Node's modules by `require`.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    ...(commit && { define: { 'process.env.UNFLAT_COMMIT': JSON.stringify(commit) } }),
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
}

/**
 * Writes `to`.xz, and an empty executable file `to`, into which run.sh unpacks: so it needs no chmod.
 * @param {string} xz
 * @param {string} from
 * @param {string} to
 * @param {boolean} fast
 */
async function compress(xz, from, to, fast) {
  const child = spawn(xz, ['-c', '--x86', `--lzma2=preset=${fast ? 1 : 9}`, from], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.pipe(createWriteStream(`${to}.xz`));
  // The program ends before its last bytes are in the file: both are waited for.
  const [[status]] = await Promise.all([once(child, 'close'), pipeline(child.stdout, createWriteStream(`${to}.xz`))]);
  if (status !== 0) throw new SetupError(`xz ended with status ${status} on ${from}; its message is above.`);
  writeFileSync(to, '', { mode: 0o755 });
}

/** @param {string} path a file or folder @returns {number} bytes of its files */
function sizeOf(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

if (isProgram(import.meta.url)) {
  await runTool(async () => {
    const { values } = parseArgs({
      options: { out: { type: 'string', default: join(root, 'out/portable') }, fast: { type: 'boolean' } },
    });
    ensurePackages();
    ensureCarried();
    const out = resolve(values.out);
    const folder = join(out, NAME);
    say('collecting and compressing; this takes one to four minutes');
    await writePortable(folder, values);
    const archive = `${folder}.tar.gz`;
    const status = run('tar', ['-czf', archive, '-C', out, NAME]);
    if (status !== 0) throw new SetupError(`tar ended with status ${status}; its message is above.`);
    for (const path of [folder, archive]) say(`${relative(process.cwd(), path)}: ${megabytes(sizeOf(path))}`);
    return 0;
  });
}
