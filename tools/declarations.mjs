/**
 * Type declarations of the published entries: one file each, which needs nothing but TypeScript's own ES library.
 *
 * WebGPU's types come from TypeScript's DOM library in new versions and from `@webgpu/types` in older ones, and the two
 * clash. So the files refer to neither: names of the host are looked up in whatever the reading project has.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root, SetupError } from './setup/process.mjs';

/** TypeScript 7 emits in a tenth of the time that 5.9 takes. */
const tsc = join(root, 'node_modules/typescript7/bin/tsc');

/** Where tsc writes one file for each source. Of this process: tests that run at once may both find the build stale. */
const folder = `.cache/types-${process.pid}`;

/**
 * @param {Record<string, string>} entries source -> declarations, such as { 'src/node.ts': 'dist/node.d.ts' }
 * @throws SetupError if the sources have errors, or their declarations need more than they may
 */
export async function writeDeclarations(entries) {
  try {
    const emitted = await runTsc(['-p', 'tsconfig.types.json', '--outDir', folder]);
    if (emitted.status !== 0) throw new SetupError(`tsc could not write the type declarations:\n${emitted.output}`);
    dropHeaders();
    await Promise.all(Object.entries(entries).map(([source, out]) => writeEntry(source, join(root, out))));
  } finally {
    rmSync(join(root, folder), { recursive: true, force: true });
  }
}

/** A file's header says what the file is for. In one file with the others it would be taken for the docstring of what follows. */
function dropHeaders() {
  const header = /^(?:\/\/\/.*\n)*\/\*\*[^]*?\*\/\n/;
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue;
    const source = readFileSync(join(root, name.replace(/\.d\.ts$/, '.ts')), 'utf8');
    const after = source.slice(header.exec(source)?.[0].length ?? 0);
    // What a declaration follows at once is its docstring.
    if (!/^\n|^import|^export .* from/.test(after)) continue;
    const path = join(root, folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(header, ''));
  }
}

/** @param {string} source @param {string} out */
async function writeEntry(source, out) {
  const [{ rollup }, { dts }] = await Promise.all([import('rollup'), import('rollup-plugin-dts')]);
  const bundle = await rollup({
    input: join(root, folder, source.replace(/\.ts$/, '.d.ts')),
    plugins: [dts()],
    onwarn: ({ message }) => {
      throw new SetupError(`The declarations of ${source} cannot be put into one file: ${message}`);
    },
  });
  const { output } = await bundle.generate({ format: 'es' });
  const text = output[0].code.replaceAll(/^\/\/\/ <reference .*\n/gm, '');
  const path = join(root, folder, basename(out));
  writeFileSync(path, text);
  const names = missingNames(source, await check(path));
  writeFileSync(path, text + names.map(nameOfHost).join(''));
  const left = await check(path);
  if (left.status !== 0) throw new SetupError(`The declarations of ${source} do not stand alone:\n${left.output}`);
  mkdirSync(dirname(out), { recursive: true });
  copyFileSync(path, out);
}

/** Reads declarations as a project does that has neither a DOM library nor any types of a host. @param {string} path */
function check(path) {
  return runTsc(
    ['--noEmit', '--strict', '--ignoreConfig', '--skipLibCheck', 'false', '--lib', 'es2022', '--types', ''].concat(
      path,
    ),
  );
}

/**
 * @param {string} source
 * @param {{ output: string }} checked
 * @returns {string[]} names that the declarations use and nothing declares
 */
function missingNames(source, { output }) {
  const errors = output.split('\n').filter((line) => line.includes('error TS'));
  const names = errors.map((line) => /Cannot find name '(\w+)'/.exec(line)?.[1]);
  const other = errors.find((_, i) => names[i] === undefined);
  if (other !== undefined) throw new SetupError(`The declarations of ${source} do not stand alone:\n${other}`);
  return [...new Set(names)].map(String).sort();
}

/**
 * The host's type of this name where the reading project declares it, else unknown. @types/node does the same.
 * @param {string} name
 */
const nameOfHost = (name) =>
  `type ${name} = typeof globalThis extends { ${name}: { prototype: infer T } } ? T : unknown;\n`;

/**
 * @param {string[]} args
 * @returns {Promise<{ status: number, output: string }>}
 */
function runTsc(args) {
  const child = spawn(process.execPath, [tsc, ...args, '--pretty', 'false'], { cwd: root });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? 128, output }));
  });
}
