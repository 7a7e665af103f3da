import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ensureBuild } from '../../tools/build.mjs';
import { apiPages } from '../../tools/docs.mjs';
import { root } from '../../tools/setup/process.mjs';

it('docs/api says what the docstrings say (else: npm run docs)', async () => {
  await ensureBuild();
  const pages = await apiPages();
  expect(Object.keys(pages)).toContain('docs/api/web.md');
  for (const [path, text] of Object.entries(pages)) expect(await readFile(join(root, path), 'utf8')).toBe(text);
});
