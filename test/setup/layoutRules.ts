/** The rules of the folder layout, as functions over a tree of files, so that each can be seen to fail. */
import { dirname, posix } from 'node:path';
import ts from 'typescript';

/** Path from the repository's root, with slashes -> text. */
export type Tree = ReadonlyMap<string, string>;

/** What each layer may import besides itself: its own level and what lies below. Tests and configs are free. */
const mayImport: Record<string, readonly string[]> = {
  weights: [],
  kernels: [],
  graph: ['kernels'],
  pipeline: ['kernels', 'graph', 'weights'],
  io: ['pipeline'],
  host: ['kernels', 'graph', 'pipeline', 'weights', 'io'],
  api: ['kernels', 'graph', 'pipeline', 'weights', 'io', 'host'],
  cli: ['kernels', 'graph', 'pipeline', 'weights', 'io', 'host', 'api'],
  web: ['kernels', 'graph', 'pipeline', 'weights', 'io', 'host', 'api'],
  tools: ['kernels', 'graph', 'pipeline', 'weights', 'io', 'host', 'api', 'cli', 'test'],
};

/** Layers that run in a browser too, so that nothing of Node may be in them. */
const hostFree = ['kernels', 'graph', 'pipeline', 'io', 'weights'];

/** @returns the layer of a file, undefined if no rule is about it; `host/node` and `host/web` are both `host` */
function layerOf(path: string): string | undefined {
  const [top, second] = path.split('/');
  if (top === 'weights' || top === 'tools' || top === 'test') return top;
  if (top !== 'src' || path.endsWith('.d.ts')) return undefined;
  if (!path.startsWith('src/') || path.split('/').length === 2) return path === 'src/web.ts' ? 'web' : 'api';
  return second;
}

/** The two hosts know nothing of each other, and each front end knows one of them. */
function wrongHost(from: string, to: string): boolean {
  const inNode = /^src\/(host\/node|cli)\//.test(from);
  const inWeb = /^src\/(host\/web\/|web\/|web\.ts$)/.test(from);
  return (inNode && to.startsWith('src/host/web/')) || (inWeb && to.startsWith('src/host/node/'));
}

/** Every import of a file, as written. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Imports that are files of the tree, resolved to their paths. */
function localImports(path: string, text: string): string[] {
  return importsOf(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(dirname(path), name));
}

const isSource = (path: string) => /\.(ts|mjs)$/.test(path);

/** @returns one line per import that goes up, sideways, or out to a host */
export function wrongImports(tree: Tree): string[] {
  const wrong: string[] = [];
  for (const [path, text] of tree) {
    const layer = layerOf(path);
    if (!isSource(path) || layer === undefined || layer === 'test') continue;
    if (!(layer in mayImport)) {
      wrong.push(`${path}: no rule says what src/${layer} may import; add it to test/setup/layoutRules.ts`);
      continue;
    }
    for (const name of importsOf(text).filter((name) => !name.startsWith('.'))) {
      if (layer === 'kernels') wrong.push(`${path} imports ${name}: kernels import nothing outside themselves`);
      else if (hostFree.includes(layer) && name.startsWith('node:')) {
        wrong.push(`${path} imports ${name}: ${layer} runs in browsers too`);
      }
    }
    for (const target of localImports(path, text)) {
      const targetLayer = layerOf(target);
      if (targetLayer === undefined || targetLayer === layer) {
        if (wrongHost(path, target)) wrong.push(`${path} imports ${target}: hosts are kept apart`);
      } else if (!mayImport[layer].includes(targetLayer)) {
        wrong.push(`${path} imports ${target}: ${layer} must not import ${targetLayer}`);
      } else if (wrongHost(path, target)) wrong.push(`${path} imports ${target}: hosts are kept apart`);
    }
  }
  return wrong;
}

/**
 * Imports of types alone leave no trace at run time and are no part of a cycle.
 * @returns one line per cycle: its files in order of import
 */
export function importCycles(tree: Tree): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const target of localImports(path, withoutTypeImports(tree.get(path) ?? ''))) {
      if (isSource(target) && tree.has(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of tree.keys()) if (isSource(path)) visit(path, []);
  return cycles;
}

const withoutTypeImports = (text: string) => text.replace(/^(import|export) type [^;]*;/gm, '');

/** @returns one line per file that a kernel's folder, or its tests, lack */
export function incompleteKernels(tree: Tree): string[] {
  const paths = [...tree.keys()];
  const names = new Set(
    paths.map((path) => /^src\/kernels\/(\w+)\//.exec(path)?.[1]).filter((name) => name !== undefined),
  );
  names.delete('shared');
  return [...names].flatMap((name) => {
    const folder = `src/kernels/${name}`;
    const wanted = [`${folder}/${name}.ref.ts`, `${folder}/${name}.ts`, `test/kernels/${name}.test.ts`];
    const missing = wanted.filter((path) => !tree.has(path));
    if (!paths.some((path) => path.startsWith(`${folder}/`) && path.endsWith('.wgsl')))
      missing.push(`${folder}/*.wgsl`);
    return missing.map((path) => `kernel ${name} has no ${path}`);
  });
}

/** @returns one line per file below src/ with more than `limit` lines */
export function longFiles(tree: Tree, limit: number): string[] {
  return [...tree]
    .filter(([path]) => path.startsWith('src/'))
    .map(([path, text]) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path} has ${lines} lines, ${limit} is the limit: split it by idea`);
}
