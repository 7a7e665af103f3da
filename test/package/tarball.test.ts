/** The files of the package, and the links in its pages. */
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { root } from '../../tools/setup/process.mjs';
import { pack, type Tarball } from '../setup/packed.ts';

let tarball: Tarball;
beforeAll(async () => {
  tarball = await pack();
}, 120_000);

const paths = () => tarball.files.map(({ path }) => path);

it('holds programs, declarations and the tiny weights, and nothing of their making', () => {
  expect(
    paths()
      .filter((path) => !path.startsWith('docs/'))
      // Parts of the program are named by their content.
      .map((path) => path.replace(/^dist\/cli\/[\w-]+\.js$/, 'dist/cli/*.js'))
      .map((path) => path.replace(/^dist\/app\/\w+-[A-Z0-9]{8}\.js$/, 'dist/app/*.js'))
      .map((path) => path.replace(/^dist\/app\/(?:(examples\/)|(icon)).*/, 'dist/app/$1$2*'))
      .filter((path, i, all) => all.indexOf(path) === i)
      .sort(),
  ).toEqual([
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'dist/app/*.js',
    'dist/app/app.js',
    'dist/app/examples/*',
    'dist/app/icon*',
    'dist/app/index.html',
    'dist/app/manifest.webmanifest',
    'dist/app/style.css',
    'dist/app/sw.js',
    'dist/app/worker.js',
    'dist/bench.js',
    'dist/cli.js',
    'dist/cli/*.js',
    'dist/deep.js',
    'dist/node.d.ts',
    'dist/node.js',
    'dist/tiny/LICENSE',
    'dist/tiny/config.json',
    'dist/tiny/mcc.safetensors',
    'dist/tiny/sam.safetensors',
    'dist/tiny/zoe.safetensors',
    'dist/view.html',
    'dist/web.d.ts',
    'dist/web.js',
    'dist/worker.js',
    'examples/batch/kubernetes.yaml',
    'examples/batch/slurm.sh',
    'package.json',
  ]);
  expect(paths().filter((path) => path.startsWith('docs/') && !/\.(md|jpg|svg)$/.test(path))).toEqual([]);
});

it('is little more than the weights', () => {
  const weights = tarball.files.filter(({ path }) => path.endsWith('.safetensors')).map(({ size }) => size);
  const total = tarball.files.map(({ size }) => size).reduce((sum, size) => sum + size);
  expect(total - weights.reduce((sum, size) => sum + size)).toBeLessThan(9.2e6);
  expect(tarball.size).toBeLessThan(14.7e6);
});

it.each(['dist/cli.js', 'dist/node.js', 'dist/web.js', 'dist/worker.js'])(
  'has no link to a source map in %s',
  (path) => {
    expect(readFileSync(join(root, path), 'utf8')).not.toContain('sourceMappingURL');
  },
);

it('has what its documents refer to', () => {
  const documents = paths().filter((path) => path.endsWith('.md'));
  const targets = documents.flatMap((path) =>
    linksOf(readFileSync(join(root, path), 'utf8')).map((link) => ({
      path,
      to: posix.join(posix.dirname(path), link),
    })),
  );
  expect(targets.map(({ to }) => to)).toContain('docs/pictures/demo.jpg');
  const isThere = (to: string) => paths().some((path) => path === to || path.startsWith(`${to.replace(/\/$/, '')}/`));
  expect(targets.filter(({ to }) => !isThere(to))).toEqual([]);
});

/** Links to files, without the place in the file. */
function linksOf(markdown: string): string[] {
  return Array.from(markdown.matchAll(/\]\(([^)#\s]+)[^)]*\)/g), ([, link]) => link).filter(
    (link) => !/^\w+:/.test(link),
  );
}

it('says where it comes from', () => {
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect(about).toMatchObject({ license: 'MIT', homepage: expect.any(String), bugs: expect.any(String) });
  expect(about.repository).toMatchObject({ type: 'git' });
  expect(about.keywords).toContain('webgpu');
});
