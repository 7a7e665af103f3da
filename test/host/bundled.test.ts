import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { UserError } from '../../src/host/errors.ts';
import { bundledFolder, viewTemplate } from '../../src/host/node/bundled.ts';
import { openWeights } from '../../src/host/node/weights.ts';
import { presets } from '../../src/pipeline/registry.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';

beforeAll(ensureBuild, 300_000);

it('finds the weights of the package from any depth, and opens all three networks', async () => {
  expect(await bundledFolder()).toBe(join(root, 'weights/tiny'));
  expect(await bundledFolder(join(root, 'dist/cli.js'))).toBe(join(root, 'dist/tiny'));
  const { set, close } = await openWeights('tiny', presets.small);
  await close();
  expect(set.describe).toBe('tiny');
  expect(Object.keys(set).sort()).toEqual(['describe', 'mcc', 'sam', 'zoe']);
});

it('says what is missing where a package lacks them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unflat-'));
  const error = await bundledFolder(join(folder, 'dist/cli.js')).catch((caught: unknown) => caught);
  await rm(folder, { recursive: true });
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(/tiny weights are not in a folder tiny next to .*cli\.js/);
});

it('finds the page that shows a result, or says that it is missing', async () => {
  const text = await readFile(join(root, 'dist/view.html'), 'utf8');
  expect(await viewTemplate()).toBe(text);
  expect(await viewTemplate(join(root, 'dist/cli/part.js'))).toBe(text);
  await expect(viewTemplate('/nowhere/cli.js')).rejects.toThrow(/view\.html is not next to .*cli\.js/);
});
