/** Documents that must agree with the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureBuild } from '../../tools/build.mjs';
import { apiPages } from '../../tools/docs.mjs';
import { root } from '../../tools/setup/process.mjs';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

it('docs/api says what the docstrings say (else: npm run docs)', async () => {
  await ensureBuild();
  const pages = await apiPages();
  expect(Object.keys(pages)).toContain('docs/api/web.md');
  for (const [path, text] of Object.entries(pages)) expect(read(path)).toBe(text);
}, 300_000);

it('docs/troubleshooting.md has messages that the sources have', () => {
  const sources = ['src', 'weights']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((path) => path.endsWith('.ts'))
    .map(read)
    .join('\n');
  const rows = read('docs/troubleshooting.md')
    .split('\n')
    .filter((line) => /^\| .*(Error|notice) +\|/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  // What stands between the parts that differ from case to case.
  const pieces = rows.flatMap((row) => row.split('|')[1].split('…')).map((piece) => piece.trim().replace(/^"|"$/g, ''));
  expect(pieces.filter((piece) => piece.length > 3 && !sources.includes(piece))).toEqual([]);
});
