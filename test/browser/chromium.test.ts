import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { openPage, type BrowserPage } from '../setup/chromium.ts';
import { openDevice } from '../setup/evaluate.ts';
import { expectClose, maxAbs } from '../setup/numbers.ts';
import { runSmallChain, type SmallChain } from '../setup/smallChain.ts';
import type { Outcome } from './vitest.ts';

const tests = '/browserTests.js';

const kernels = readdirSync(join(root, 'test/kernels'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => ['kernels', name.replace('.test.ts', '')]);

/** Tests of what lies between kernels and networks, and of meshes. A whole network would take this adapter minutes. */
const pipeline = ['layers', 'points', 'mesh/finish'].map((name) => ['pipeline', name]);

describe('Chromium', () => {
  let page: BrowserPage;

  beforeAll(async () => {
    await ensureBuild();
    page = await openPage({ '/': join(root, 'dist'), '/golden/': join(root, 'test/golden') });
  }, 300_000);

  afterAll(() => page?.close());

  it('has the software adapter, whatever this machine has', async () => {
    expect(await page.call(tests, 'adapterInfo')).toMatchObject({ vendor: 'google', architecture: 'swiftshader' });
  });

  it('has a name for its adapter, whose description it keeps back', async () => {
    expect(await page.call(tests, 'adapterInfo')).toMatchObject({ name: expect.stringMatching(/^google swiftshader/) });
  });

  it('computes', async () => {
    const values = Array.from({ length: 100 }, (_, i) => i - 50);
    expect(await page.call(tests, 'squares', values)).toEqual(values.map((x) => x * x));
  });

  it.each([...kernels, ...pipeline])(
    'passes test/%s/%s.test.ts',
    async (folder, name) => {
      const outcomes = (await page.call(tests, 'runTests', folder, name)) as Outcome[];
      // SwiftShader has no arithmetic of halves, which one test of the matrix variant needs.
      const missed = ({ name, state }: Outcome) => state === 'skipped' && !name.includes('matrix variant');
      expect(outcomes.filter((outcome) => outcome.state === 'failed' || missed(outcome))).toEqual([]);
      expect(outcomes.filter(({ state }) => state === 'passed')).not.toEqual([]);
    },
    900_000,
  );

  it('turns a photo into the points that Node finds', async () => {
    const node = await runSmallChain(await openDevice());
    const chromium = (await page.call(tests, 'runChain')) as SmallChain;
    expect(node.xyz.length).toBeGreaterThan(0);
    expect(chromium.mask).toEqual(node.mask);
    // Each adapter may differ by what docs/numerics.md allows one network: 1.6e-5 of the largest value.
    expectClose(chromium.depth, node.depth, 3.2e-5 * maxAbs(node.depth), 'depth');
    // Points of the grid are brought into the camera's frame by statistics of that depth.
    expectClose(chromium.xyz, node.xyz, 1e-3 * maxAbs(node.xyz), 'points');
    expectClose(chromium.rgb, node.rgb, 1, 'colors');
  }, 900_000);

  it('reports tests that fail or do not run', async () => {
    expect(await page.call(tests, 'runSample')).toEqual([
      { name: 'passes', state: 'passed' },
      { name: 'fails', state: 'failed', problem: 'expected 1 to be 2 // Object.is equality' },
      { name: 'rejects', state: 'failed', problem: 'expected 1 to be 2 // Object.is equality' },
      { name: 'does not run', state: 'skipped' },
    ]);
  });

  it('reports a file that does not load', async () => {
    const [outcome] = (await page.call(tests, 'runTests', 'kernels', 'noSuchKernel')) as Outcome[];
    expect(outcome).toMatchObject({ name: 'test/kernels/noSuchKernel.test.ts', state: 'failed' });
  });

  it('reports an error in the page as an exception that says what failed', async () => {
    await expect(page.call(tests, 'noSuchFunction')).rejects.toThrow(/not a function/);
  });
});
