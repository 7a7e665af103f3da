import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../tools/setup/process.mjs';
import { importCycles, incompleteKernels, longFiles, wrongImports, type Tree } from './setup/layoutRules.ts';
import { expectShortTitle, titleOf } from './setup/title.ts';
import { unusedExports } from './setup/unusedExports.ts';

const project: Tree = new Map(
  ['src', 'weights', 'tools', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => /\.(tsx?|mjs|wgsl)$/.test(path))
      .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const),
  ),
);

const tree = (files: Record<string, string>): Tree => new Map(Object.entries(files));

describe('this project', () => {
  it('has sources in each folder that the rules are about', () => {
    for (const folder of [
      'src/kernels/',
      'src/graph/',
      'src/pipeline/',
      'src/host/',
      'src/pipeline/layers/',
      'src/pipeline/render/',
      'src/cli/',
      'src/stage/',
      'src/view/',
      'src/app/',
      'weights/',
      'tools/bench/',
      'test/cases/',
    ]) {
      expect([...project.keys()].some((path) => path.startsWith(folder))).toBe(true);
    }
  });

  it('imports in one direction', () => expect(wrongImports(project)).toEqual([]));

  it('has no import cycle', () => expect(importCycles(project)).toEqual([]));

  it('has a reference, a wrapper, WGSL and a test for each kernel', () =>
    expect(incompleteKernels(project)).toEqual([]));

  it('has no file over 500 lines in src', () => expect(longFiles(project, 500)).toEqual([]));

  it('exports nothing that nobody takes', () => expect(unusedExports(project)).toEqual([]));
});

describe('the rules', () => {
  const importing = (from: string, to: string) => wrongImports(tree({ [from]: `import { a } from '${to}';` }));

  it.each([
    ['src/kernels/a.ts', '../graph/b.ts'],
    ['src/graph/a.ts', '../pipeline/b.ts'],
    ['src/pipeline/a.ts', '../host/errors.ts'],
    ['src/host/a.ts', '../cli/b.ts'],
    ['src/graph/a.ts', '../../weights/b.ts'],
    ['src/cli/a.ts', '../../tools/b.ts'],
    ['weights/a.ts', '../src/kernels/b.ts'],
    ['src/host/node/a.ts', '../web/b.ts'],
    ['src/web.ts', './host/node/b.ts'],
    ['src/kernels/a.ts', 'some-package'],
    ['src/pipeline/a.ts', 'node:fs'],
    ['src/view/a.ts', 'node:fs'],
    ['src/view/a.ts', '../host/errors.ts'],
    ['src/io/a.ts', '../view/b.ts'],
    ['src/app/a.tsx', 'node:fs'],
    ['src/app/a.tsx', '../host/node/b.ts'],
    ['src/app/a.tsx', '../cli/b.ts'],
    ['src/host/a.ts', '../app/b.tsx'],
    ['src/io/a.ts', '../stage/b.ts'],
    ['src/stage/a.ts', '../view/b.ts'],
    ['src/stage/a.ts', '../host/errors.ts'],
    ['src/stage/a.ts', 'node:fs'],
    ['src/app/a.ts', '../view/b.ts'],
    ['src/unheardOf/a.ts', './b.ts'],
    ['src/web.ts', './node.ts'],
    ['src/cli/bench.ts', '../../tools/bench.ts'],
    ['src/graph/a.ts', '../../test/setup/b.ts'],
    ['weights/a.ts', '../test/cases/b.ts'],
    ['tools/bench/a.ts', '../../test/setup/b.ts'],
    ['src/pipeline/layers/a.ts', '../planCache.ts'],
    ['src/pipeline/layers/a.ts', '../sam/b.ts'],
    ['src/pipeline/render/a.ts', '../sam/b.ts'],
    ['src/pipeline/session/a.ts', '../sam/b.ts'],
    ['src/pipeline/sam/a.ts', '../session/b.ts'],
    ['src/pipeline/points/a.ts', '../sam/b.ts'],
    ['src/pipeline/points/a.ts', '../render/b.ts'],
    ['src/pipeline/mesh/a.ts', '../mcc/b.ts'],
    ['src/pipeline/mesh/a.ts', '../render/b.ts'],
    ['src/pipeline/render/a.ts', '../camera.ts'],
    ['src/pipeline/mcc/a.ts', '../sam/b.ts'],
    ['src/pipeline/mcc/a.ts', '../render/b.ts'],
  ])('%s must not import %s', (from, to) => expect(importing(from, to)).toHaveLength(1));

  it.each([
    ['src/graph/a.ts', '../kernels/b.ts'],
    ['src/kernels/a/a.ts', '../check.ts'],
    ['src/pipeline/a.ts', '../../weights/b.ts'],
    ['src/cli/a.ts', '../host/node/b.ts'],
    ['src/view/a.ts', '../io/b.ts'],
    ['src/app/a.tsx', '../host/web/b.ts'],
    ['src/view/a.ts', '../stage/b.ts'],
    ['src/stage/a.ts', '../io/b.ts'],
    ['src/stage/a.ts', '../pipeline/mesh.ts'],
    ['src/stage/a.ts', 'three'],
    ['src/app/a.ts', '../stage/b.ts'],
    ['src/app/a.ts', '../web.ts'],
    ['tools/bench/a.ts', '../../test/cases/b.ts'],
    ['tools/bench.ts', '../src/cli/terminal.ts'],
    ['src/pipeline/engine.ts', './mcc/a.ts'],
    ['src/pipeline/engine.ts', './render/a.ts'],
    ['src/pipeline/render/a.ts', '../coloredPoints.ts'],
    ['src/pipeline/render/a.ts', '../mesh.ts'],
    ['src/pipeline/mcc/a.ts', '../planCache.ts'],
    ['src/pipeline/mcc/a.ts', '../layers/b.ts'],
    ['src/pipeline/mcc/parts/a.ts', '../b.ts'],
    ['src/pipeline/session/a.ts', '../mesh/b.ts'],
    ['src/pipeline/mesh/a.ts', '../camera.ts'],
  ])('%s may import %s', (from, to) => expect(importing(from, to)).toEqual([]));

  it('keep networks from the chain: from files that lead to a network', () => {
    const files = (top: string) =>
      tree({
        'src/pipeline/mcc/a.ts': "import '../session.ts';",
        'src/pipeline/session.ts': "import type { x } from './shared.ts';",
        'src/pipeline/shared.ts': top,
      });
    expect(wrongImports(files(''))).toEqual([]);
    expect(wrongImports(files("import type { y } from './sam/b.ts';"))).toEqual([
      'src/pipeline/mcc/a.ts imports src/pipeline/session.ts: it leads to a network, so it belongs to the chain',
    ]);
  });

  it('see imports in every form', () => {
    const forms = ["import { b } from './b.ts';", "export * from './b.ts';", "const b = await import('./b.ts');"];
    for (const form of forms) {
      expect(importCycles(tree({ 'src/a.ts': form, 'src/b.ts': "import { a } from './a.ts';" }))).toEqual([
        'src/a.ts -> src/b.ts -> src/a.ts',
      ]);
    }
  });

  it('count imports of types as imports', () => {
    for (const a of ["import type {\n  b,\n} from './b.ts';", "import { type b } from './b.ts';"]) {
      expect(importCycles(tree({ 'src/a.ts': a, 'src/b.ts': "import { a } from './a.ts';" }))).toEqual([
        'src/a.ts -> src/b.ts -> src/a.ts',
      ]);
    }
  });

  it('allow two ways to the same file', () => {
    const a = "import './b.ts'; import './c.ts';";
    expect(importCycles(tree({ 'src/a.ts': a, 'src/b.ts': "import './c.ts';", 'src/c.ts': '' }))).toEqual([]);
  });

  it('name what a kernel lacks', () => {
    expect(incompleteKernels(tree({ 'src/kernels/a/a.ts': '', 'src/kernels/shared/b.wgsl': '' }))).toEqual([
      'kernel a has no src/kernels/a/a.ref.ts',
      'kernel a has no test/kernels/a.test.ts',
      'kernel a has no src/kernels/a/*.wgsl',
    ]);
  });

  it('count lines', () => {
    const files = tree({ 'src/a.ts': 'x\n'.repeat(5), 'src/b.wgsl': 'x\n'.repeat(6), 'test/c.ts': 'x\n'.repeat(7) });
    expect(longFiles(files, 5)).toEqual(['src/b.wgsl has 6 lines, 5 is the limit: split it by idea']);
  });

  it('find exports that nobody takes', () => {
    const files = {
      'src/a.ts': 'export const a = 1, b = 2;\nexport type C = 1;',
      'src/b.ts': "import { a } from './a.ts';",
    };
    expect(unusedExports(tree(files))).toEqual([
      'src/a.ts exports b, which nobody imports: remove it, or the word export',
    ]);
  });

  it('find exports that only tests take, unless they say so', () => {
    const test = "import { a, b } from '../src/a.ts';";
    const unmarked = 'export function a() {}\n/** Twice. For tests. */\nexport function b() {}';
    expect(unusedExports(tree({ 'src/a.ts': unmarked, 'test/a.test.ts': test }))).toEqual([
      'src/a.ts exports a for tests alone: remove it, or let its comment say "For tests"',
    ]);
  });

  it('follow exports through files that pass them on, namespaces and imports at run time', () => {
    const a = 'export const a = 1, b = 2;';
    for (const [index, user] of [
      ["export * from './a.ts';", "import { a, b } from './index.ts';"],
      ["export { a, b as c } from './a.ts';", "import { a, c } from './index.ts';"],
      ["export * as all from './a.ts';", "import { all } from './index.ts';"],
      ["export * from './a.ts';", "import * as all from './index.ts'; all.a(all.b);"],
      ["export * from './a.ts';", "const all = await import('./index.ts');"],
    ]) {
      expect(unusedExports(tree({ 'src/a.ts': a, 'src/index.ts': index, 'src/user.ts': user }))).toEqual([]);
    }
    const entry = { 'src/a.ts': a, 'src/web.ts': "export { a, b } from './a.ts';" };
    expect(unusedExports(tree(entry))).toEqual([]);
    const partly = { 'src/a.ts': a, 'src/user.ts': "import * as all from './a.ts'; all.a();" };
    expect(unusedExports(tree(partly))).toHaveLength(1);
  });

  it('refuse titles that print a whole case, and make short ones', () => {
    expect(() => expectShortTitle(JSON.stringify({ values: Array(50).fill(0) }))).toThrow(
      /^A title of 112 characters, 100 is the limit: .*\.\.\. Name the case/,
    );
    const title = titleOf('2 x 3', { bias: true, residual: false, activation: 'gelu', scale: undefined });
    expect(title).toBe('2 x 3, bias, gelu');
    expectShortTitle(title);
  });
});
