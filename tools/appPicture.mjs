/**
 * Takes the picture of the web app for the README: `node tools/appPicture.mjs`. On a machine without a GPU the browser would
 * take very long for a fine grid. So the engine runs in Node, and a worker gives its results to the page.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { ensureBuild } from './build.mjs';
import { deviceEnv, isProgram, root, runTool } from './setup/process.mjs';
import { findBrowser, softwareFlags } from './setup/browser.mjs';

const output = 'docs/pictures/app.jpg';
const example = 'mug';
/** One click on the mug, in pixels of the photo. */
const click = { x: 240, y: 200 };
const granularity = 0.05;
const size = { width: 1320, height: 900 };

/** The worker: answers the page's calls with what the engine in Node found. */
const worker = `
  import { serve } from './src/host/web/worker/server.ts';
  import { decodePhoto } from './src/host/web/image.ts';
  const revive = (name, value) => (value?.array ? new globalThis[value.array](bytesOf(value.data).buffer) : value);
  const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const results = fetch(new URL('results.json', location.href)).then(async (answer) => JSON.parse(await answer.text(), revive));
  serve(globalThis, async () => ({
    lost: new Promise(() => {}),
    describe: () => ({ adapter: '', weights: 'tiny', seconds: {} }),
    pace() {},
    dispose() {},
    async open(source) {
      const photo = await decodePhoto(source);
      // Copies: what is sent to the page is gone here.
      const all = await results;
      const give = (name) => async () => structuredClone(all[name]);
      return {
        photo,
        encode: async () => {},
        segment: give('answer'),
        depth: give('depth'),
        points: give('seen'),
        complete: give('object'),
        mesh: give('mesh'),
        close() {},
      };
    },
  }));
`;

/** @returns {Promise<string>} all results as JSON; typed arrays are base64 */
async function reconstruct() {
  const { createEngine } = await import(join(root, 'dist/node.js'));
  const engine = await createEngine();
  const session = await engine.open(join(root, `examples/${example}.png`));
  const answer = await session.segment({ points: [{ ...click, label: 1 }] });
  const { mask } = answer.candidates[answer.chosen];
  const depth = await session.depth();
  const seen = await session.points(mask, depth);
  const object = await session.complete(seen, { granularity });
  const mesh = await session.mesh(object, { mask, depth });
  engine.dispose();
  return JSON.stringify({ answer, depth, seen, object: { ...object }, mesh: { ...mesh } }, (_, value) =>
    ArrayBuffer.isView(value)
      ? {
          array: value.constructor.name,
          data: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
        }
      : value,
  );
}

/** @returns {Promise<string>} */
async function bundleWorker() {
  const { build } = await import('esbuild');
  const result = await build({
    stdin: { contents: worker, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    loader: { '.wgsl': 'text' },
    write: false,
  });
  return result.outputFiles[0].text;
}

/** @param {Record<string, string>} replaced content of files that take the place of the app's */
async function takePicture(replaced) {
  const { default: sirv } = await import('sirv');
  const { chromium } = await import('playwright-core');
  const { default: sharp } = await import('sharp');
  const files = sirv(join(root, 'dist/app'), { dev: true });
  const server = createServer((request, response) => {
    const content = replaced[request.url ?? ''];
    if (content === undefined) return files(request, response);
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(content);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const browser = await chromium.launch({ executablePath: findBrowser(), args: softwareFlags, chromiumSandbox: false });
  try {
    const options = {
      viewport: size,
      reducedMotion: /** @type {const} */ ('reduce'),
      colorScheme: /** @type {const} */ ('light'),
    };
    const page = await browser.newPage({ ...options, serviceWorkers: 'block' });
    page.setDefaultTimeout(120_000);
    page.on('pageerror', (error) => console.error(error));
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.getByRole('button', { name: 'Mug' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    const photo = page.getByRole('application', { name: /^Photo/ });
    const { width } = /** @type {{ width: number }} */ (await photo.boundingBox());
    const scale = width / 640;
    await photo.click({ position: { x: click.x * scale, y: click.y * scale } });
    await page.getByRole('button', { name: 'Reconstruct' }).click();
    await page.getByRole('button', { name: 'Download' }).waitFor();
    await page.getByRole('button', { name: 'Light' }).click();
    // Seen a little from the right and from above: what the photo does not show.
    await page.getByRole('application', { name: /^The object/ }).focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowUp']) await page.keyboard.press(key);
    await page.evaluate('document.activeElement.blur()');
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await sharp(await page.screenshot())
      .jpeg({ quality: 85 })
      .toFile(join(root, output));
  } finally {
    await browser.close();
    server.close();
  }
}

if (isProgram(import.meta.url)) {
  await runTool(async () => {
    await ensureBuild();
    Object.assign(process.env, deviceEnv());
    await takePicture({ '/worker.js': await bundleWorker(), '/results.json': await reconstruct() });
    console.log(output);
    return 0;
  });
}
