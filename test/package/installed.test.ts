/** `createEngine()` of the installed package, in Node and in bundled pages: it finds the tiny weights, or says what to do. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as vite from 'vite';
import { capture, deviceEnv, root } from '../../tools/setup/process.mjs';
import { openPage, type BrowserPage } from '../setup/chromium.ts';
import { installPacked, type Project } from '../setup/packed.ts';

/** Exports a function that creates an engine, and tells about it. */
const starts = (name: string, create: string, entry: string) => `
  import { ${create} } from '${entry}';
  export const ${name} = (options) =>
    ${create}(options).then(
      (engine) => {
        const { weights } = engine.describe();
        engine.dispose();
        return { weights };
      },
      ({ name, message, hint }) => ({ name, message, hint }),
    );
`;
const pageOf = (entry: string) =>
  starts('start', 'createEngine', entry) + starts('startInWorker', 'createWorkerEngine', entry);

let project: Project;
let page: BrowserPage | undefined;
beforeAll(async () => {
  project = await installPacked();
  await project.write('page.js', pageOf('unflat/web'));
}, 120_000);
afterEach(() => page?.close());
afterAll(() => project?.remove());

it('works in Node under both names', async () => {
  for (const [name, entry] of [
    ['node.js', 'unflat/node'],
    ['main.js', 'unflat'],
  ]) {
    const program = `${starts('start', 'createEngine', entry)} console.log(JSON.stringify(await start()));`;
    await project.write(name, program);
    const { stdout, stderr } = capture(process.execPath, [join(project.folder, name)], { env: deviceEnv() });
    expect(stdout, stderr).toBe('{"weights":"tiny"}\n');
  }
}, 120_000);

it('works in esbuild’s bundle once the weights and the worker are next to it', async () => {
  const out = join(project.folder, 'out');
  const entry = join(project.folder, 'page.js');
  await esbuild.build({ entryPoints: [entry], outdir: out, bundle: true, format: 'esm', logLevel: 'warning' });
  page = await openPage({ '/': out });
  const dist = join(project.folder, 'node_modules/unflat/dist');
  const tiny = join(dist, 'tiny');
  expect(await page.call('/page.js', 'start')).toMatchObject({
    message: expect.stringContaining('tiny weights are not next to the bundle') as string,
    hint: expect.stringMatching(/Copy node_modules\/unflat\/dist\/tiny to http.*\/tiny\/\. .*tinyUrl/) as string,
  });
  expect(await page.call('/page.js', 'startInWorker')).toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('worker could not start') as string,
    hint: expect.stringContaining('Copy node_modules/unflat/dist/worker.js next to the bundle') as string,
  });
  await cp(tiny, join(out, 'tiny'), { recursive: true });
  await cp(join(dist, 'worker.js'), join(out, 'worker.js'));
  expect(await page.call('/page.js', 'start')).toEqual({ weights: 'tiny' });
  expect(await page.call('/page.js', 'startInWorker')).toEqual({ weights: 'tiny' });
  // At another address they are other files.
  await cp(tiny, join(out, 'elsewhere'), { recursive: true });
  const before = page.requests.length;
  expect(await page.call('/page.js', 'start', { tinyUrl: '/elsewhere/' })).toEqual({ weights: 'tiny' });
  expect(page.requests.slice(before)).toEqual(
    ['config.json', 'sam.safetensors', 'zoe.safetensors', 'mcc.safetensors'].map((name) => `GET /elsewhere/${name}`),
  );
  expect(await page.call('/page.js', 'start', { wieghts: 'tiny' })).toMatchObject({
    name: 'OptionError',
    message: expect.stringContaining('createEngine has no option wieghts') as string,
  });
}, 120_000);

it('works in Vite’s bundle as it is', async () => {
  const outDir = join(project.folder, 'viteOut');
  await vite.build({
    root: project.folder,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir,
      rolldownOptions: {
        input: join(project.folder, 'page.js'),
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'page.js' },
      },
    },
  });
  page = await openPage({ '/': outDir });
  expect(await page.call('/page.js', 'start')).toEqual({ weights: 'tiny' });
  expect(await page.call('/page.js', 'startInWorker')).toEqual({ weights: 'tiny' });
}, 120_000);

it('works without a bundler, in a page and in a worker', async () => {
  const plain = pageOf('/unflat/web.js');
  await project.write('plain/page.js', plain);
  await project.write('plain/worker.js', `${plain} start().then(postMessage);`);
  await project.write(
    'plain/inWorker.js',
    `export const start = () =>
      new Promise((resolve) => {
        const worker = new Worker('/worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
      });`,
  );
  const dist = join(project.folder, 'node_modules/unflat/dist');
  page = await openPage({ '/': join(project.folder, 'plain'), '/unflat/': dist });
  expect(await page.call('/page.js', 'start')).toEqual({ weights: 'tiny' });
  expect(await page.call('/page.js', 'startInWorker')).toEqual({ weights: 'tiny' });
  expect(await page.call('/inWorker.js', 'start')).toEqual({ weights: 'tiny' });
}, 120_000);

it('has what the page of docs/browser.md imports', async () => {
  const document = await readFile(join(root, 'docs/browser.md'), 'utf8');
  await project.write('main.js', /```js\n([^]*?)```/.exec(document)![1]);
  const entryPoints = [join(project.folder, 'main.js')];
  const { warnings } = await esbuild.build({
    entryPoints,
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
});
