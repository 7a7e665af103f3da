/** The rules of the folder layout. They are functions over a tree of files, so that a test can make each of them fail. */
import { dirname, posix } from 'node:path';
import ts from 'typescript';

/** Path from the repository's root, with slashes -> text. */
export type Tree = ReadonlyMap<string, string>;

/**
 * What each layer may import besides itself: its own level and what lies below. `api` is the entry for Node, `web` those for
 * browsers. Tests and configs are free.
 */
const mayImport: Record<string, readonly string[]> = {
  weights: [],
  kernels: [],
  graph: ['kernels'],
  pipeline: ['kernels', 'graph', 'weights'],
  io: ['kernels', 'pipeline'],
  stage: ['pipeline', 'io'],
  view: ['pipeline', 'io', 'stage'],
  host: ['kernels', 'graph', 'pipeline', 'weights', 'io'],
  api: ['kernels', 'graph', 'pipeline', 'weights', 'io', 'host'],
  cli: ['kernels', 'graph', 'pipeline', 'weights', 'io', 'host', 'api'],
  web: ['kernels', 'graph', 'pipeline', 'weights', 'io', 'host'],
  app: ['pipeline', 'weights', 'io', 'stage', 'host', 'web'],
  tools: ['kernels', 'graph', 'pipeline', 'weights', 'io', 'host', 'api', 'cli', 'test'],
};

/** Layers that run in a browser too, so that nothing of Node may be in them. */
const hostFree = ['kernels', 'graph', 'pipeline', 'io', 'stage', 'view', 'app', 'weights'];

/** @returns the layer of a file, undefined if no rule is about it; `host/node` and `host/web` are both `host` */
function layerOf(path: string): string | undefined {
  const [top, second] = path.split('/');
  if (top === 'weights' || top === 'tools' || top === 'test') return top;
  if (top !== 'src' || path.endsWith('.d.ts')) return undefined;
  if (!path.startsWith('src/') || path.split('/').length === 2)
    return /^src\/(web|worker)\.ts$/.test(path) ? 'web' : 'api';
  return second;
}

/** The two hosts know nothing of each other, and each front end knows one of them. */
function wrongHost(from: string, to: string): boolean {
  const inNode = /^src\/(host\/node|cli)\//.test(from);
  const inWeb = /^src\/(host\/web\/|app\/|(web|worker)\.ts$)/.test(from);
  return (inNode && to.startsWith('src/host/web/')) || (inWeb && to.startsWith('src/host/node/'));
}

/** Rooms of src/pipeline. `session` is the chain; files at the top are parts that rooms share, and the engine. */
const ROOMS = ['layers', 'render', 'points', 'mesh', 'surface', 'everything', 'session'] as const;
type Room = (typeof ROOMS)[number] | 'network' | 'top';

/** @returns the room of a file in src/pipeline, undefined for others; every folder that is no other room is a network */
function roomOf(path: string): Room | undefined {
  const [src, pipeline, ...rest] = path.split('/');
  if (src !== 'src' || pipeline !== 'pipeline') return undefined;
  if (rest.length === 1) return 'top';
  return ROOMS.find((room) => room === rest[0]) ?? 'network';
}

/** Plain types that rooms with no other import share. */
const SHARED_TYPES = ['src/pipeline/coloredPoints.ts', 'src/pipeline/mesh.ts'];

/** The folder of a room: `src/pipeline/sam`. */
const folderOf = (path: string): string => path.split('/').slice(0, 3).join('/');

/** Whether a file leads to a network, by itself or through files that it imports. */
function leadsToNetwork(path: string, tree: Tree, seen = new Set<string>()): boolean {
  if (roomOf(path) === 'network') return true;
  if (seen.has(path) || roomOf(path) !== 'top') return false;
  seen.add(path);
  return localImports(path, tree.get(path) ?? '').some((target) => leadsToNetwork(target, tree, seen));
}

/** @returns what is wrong with an import inside src/pipeline, undefined if nothing is */
function wrongRoom(from: string, to: string, tree: Tree): string | undefined {
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === undefined || other === undefined || own === 'top' || folderOf(from) === folderOf(to)) return undefined;
  if (own === 'render' && SHARED_TYPES.includes(to)) return undefined;
  if (own === 'layers' || own === 'render') return `${own} imports nothing else of src/pipeline`;
  if (own === 'session') return other === 'network' ? 'the chain knows roles, not networks' : undefined;
  if (other === 'session') return 'only the engine knows sessions';
  if (own === 'points' && other === 'network') return 'the points between networks know nothing of them';
  if (own === 'surface' && other === 'network') return 'surfaces know nothing of networks';
  if (own === 'everything' && other === 'network') return 'the search for all masks knows a role, not networks';
  if (own === 'mesh' && other === 'network') return 'meshes know nothing of networks';
  if (other === 'network') return 'networks know nothing of each other';
  if (other === 'render') return `${own === 'network' ? 'networks' : own} do not draw`;
  return leadsToNetwork(to, tree) ? 'it leads to a network, so it belongs to the chain' : undefined;
}

/** Tools may take shapes and checks of kernels from tests, nothing else. */
const wrongTool = (from: string, to: string): boolean =>
  from.startsWith('tools/') && to.startsWith('test/') && !/^test\/(cases|checks)\//.test(to);

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

const isSource = (path: string) => /\.(tsx?|mjs)$/.test(path);

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
      if (wrongTool(path, target))
        wrong.push(`${path} imports ${target}: of test/, tools take test/cases and test/checks alone`);
      const problem = wrongRoom(path, target, tree);
      if (problem !== undefined) wrong.push(`${path} imports ${target}: ${problem}`);
    }
  }
  return wrong;
}

/**
 * Imports of types count: files that need each other's types cannot be read one after the other either.
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
    for (const target of localImports(path, tree.get(path) ?? '')) {
      if (isSource(target) && tree.has(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of tree.keys()) if (isSource(path)) visit(path, []);
  return cycles;
}

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
