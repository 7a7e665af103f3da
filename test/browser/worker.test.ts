/** The engine in a worker of Chromium: a session step by step, new points while the sweep runs, and the loss of the device. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { networkNamed, presets } from '../../src/pipeline/registry.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { scene, syntheticTensors, writeSafetensors } from '../../weights/index.ts';
import { openPage, type BrowserPage } from '../setup/chromium.ts';

const [WIDTH, HEIGHT] = [80, 64];

/** Small enough for a software adapter in a browser. */
const configs = {
  sam: { ...presets.small.sam, image: 64, globalBlocks: [1], depth: 2 },
  zoe: presets.small.zoe,
  mcc: { ...presets.small.mcc, image: 64 },
};

const PAGE = `
  import { createWorkerEngine, DeviceError, PromptError, WebObject } from '/dist/web.js';

  export async function run({ width, height, bytes, box }) {
    const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : bytes[3 * (i >> 2) + (i % 4)]));
    const stages = new Set();
    const onProgress = ({ stage }) => stages.add(stage);
    const engine = await createWorkerEngine({ weights: './weights/', submissionMs: 50, onProgress });
    const session = await engine.open({ width, height, rgba });
    const refused = await session.segment({ box: [9, 9, 9] }).catch((error) => error);
    const [{ mask }] = (await session.segment({ box }, { onProgress })).candidates;
    const depth = await session.depth();
    const seen = await session.points(mask, depth);
    const arrived = [];
    const onPoints = ({ rgb }) => {
      arrived.push(rgb.length / 3);
      engine.pace(8);
    };
    const object = await session.complete(seen, { granularity: 1, threshold: 0.3, onPoints }, { onProgress });
    const magic = await (await object.toBlob('glb')).slice(0, 4).text();
    const mesh = await session.mesh(object, { mask, depth }, { faces: 300, texture: 64 });
    const files = [...(await mesh.toFiles('glb')), ...(await mesh.toFiles('obj', 'duck'))];
    const { weights, seconds } = engine.describe();
    session.close();
    engine.dispose();
    return {
      stages: [...stages],
      isRefused: refused instanceof PromptError,
      pixels: depth.meters.length,
      cloud: seen.cloud.rgb.length / 3,
      arrived,
      points: object.rgb.length / 3,
      above: object.withThreshold(0.5).rgb.length / 3,
      isObject: object instanceof WebObject,
      magic,
      faces: mesh.mesh.triangles.length / 3,
      parts: mesh.facts.parts,
      files: files.map(({ name, type, size }) => ({ name, type, isEmpty: size === 0 })),
      weights,
      seconds: Object.keys(seconds),
    };
  }

  export async function lose(killer) {
    const worker = () => new Worker('/losingWorker.js', { type: 'module' });
    const engine = await createWorkerEngine({ weights: './weights/', worker });
    const pixels = 64 * 64;
    const session = await engine.open({ width: 64, height: 64, rgba: new Uint8Array(4 * pixels).fill(255) });
    const mask = new Uint8Array(pixels).fill(1, 1000);
    const meters = Float32Array.from({ length: pixels }, (_, i) => 2 + (i % 7) / 10);
    const usual = await session.points(mask, { meters });
    const notices = [];
    const pending = session.points(mask, { meters }, { onNotice: (line) => notices.push(line) });
    if (killer) window[killer]();
    else new BroadcastChannel('lose').postMessage('now');
    const again = await pending;
    engine.dispose();
    return { notices, isEqual: ['rgb', 'xyz', 'valid'].every((name) => again[name].every((value, i) => value === usual[name][i])) };
  }

  export const start = (path) =>
    createWorkerEngine({ worker: () => new Worker(path, { type: 'module' }) }).catch(({ name, message, hint }) => ({ name, message, hint }));
`;

/** Lets the page lose the device of the worker. */
const LOSING = `
  const requestDevice = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...options) {
    const device = await requestDevice.apply(this, options);
    new BroadcastChannel('lose').onmessage = () => device.destroy();
    return device;
  };
`;

let folder: string;
let page: BrowserPage;
beforeAll(async () => {
  await ensureBuild();
  folder = await mkdtemp(join(tmpdir(), 'unflat-worker-'));
  await writeFile(join(folder, 'page.js'), PAGE);
  await writeFile(join(folder, 'losing.js'), LOSING);
  await writeFile(join(folder, 'losingWorker.js'), "import '/losing.js'; import '/dist/worker.js';");
  await writeFile(join(folder, 'broken.js'), 'const = 1;');
  await writeFile(join(folder, 'failing.js'), "throw new Error('not here');");
  await mkdir(join(folder, 'weights'));
  await writeFile(join(folder, 'weights/config.json'), JSON.stringify(configs));
  for (const [id, config] of Object.entries(configs)) {
    const tensors = syntheticTensors(networkNamed(id).specs(config), { seed: 4, scheme: 'official', dtype: 'F32' });
    await writeFile(join(folder, `weights/${id}.safetensors`), writeSafetensors(tensors));
  }
  page = await openPage({ '/': folder, '/dist/': join(root, 'dist') });
});
afterAll(async () => {
  await page?.close();
  await rm(folder, { recursive: true });
});

it('gives an object step by step, and its mesh', async () => {
  const result = (await page.call('/page.js', 'run', {
    ...{ width: WIDTH, height: HEIGHT, box: [8, 8, 72, 56] },
    bytes: [...scene.image(11, HEIGHT, WIDTH)],
  })) as Record<'points' | 'above' | 'cloud' | 'faces' | 'parts', number> & { arrived: number[]; files: unknown[] };
  expect(result).toMatchObject({
    stages: expect.arrayContaining(['download', 'segment', 'encode', 'sweep']) as string[],
    isRefused: true,
    pixels: WIDTH * HEIGHT,
    isObject: true,
    magic: 'glTF',
    weights: `${new URL(page.page.url()).origin}/weights/`,
    seconds: ['mesh'],
  });
  expect(result.cloud).toBeGreaterThan(0);
  expect(result.points).toBeGreaterThan(0);
  expect(result.above).toBeLessThan(result.points);
  expect(result.arrived.reduce((sum, n) => sum + n)).toBe(result.points);
  expect(result.faces).toBeGreaterThan(0);
  expect(result.parts).toBeGreaterThan(0);
  const file = (name: string, type: string) => ({ name, type, isEmpty: false });
  expect(result.files).toEqual([
    file('object.glb', 'model/gltf-binary'),
    file('duck.obj', 'model/obj'),
    file('duck.mtl', 'model/mtl'),
    file('duck.png', 'image/png'),
  ]);
}, 600_000);

it('goes on with another device when one is lost, and says so', async () => {
  expect(await page.call('/page.js', 'lose')).toEqual({
    notices: [expect.stringMatching(/^The device was lost .* On a new one, the visible points are found again\.$/)],
    isEqual: true,
  });
}, 600_000);

it('goes on when the browser’s GPU process dies', async () => {
  const devTools = await page.page.context().browser()!.newBrowserCDPSession();
  // The call has no answer: the process that would give it is gone.
  await page.page.exposeFunction('killGpuProcess', () => void devTools.send('Browser.crashGpuProcess').catch(() => {}));
  expect(await page.call('/page.js', 'lose', 'killGpuProcess')).toEqual({
    notices: [expect.stringMatching(/^The device was lost .* On a new one, the visible points are found again\.$/)],
    isEqual: true,
  });
}, 600_000);

it.each([
  ['is missing', '/missing.js', 'its file is missing or has an error'],
  ['is broken', '/broken.js', 'its file is missing or has an error'],
  ['fails', '/failing.js', 'Uncaught Error: not here'],
])('says so if the file of the worker %s', async (_, path, reason) => {
  expect(await page.call('/page.js', 'start', path)).toMatchObject({
    name: 'UserError',
    message: expect.stringContaining(`The engine's worker could not start: ${reason}`) as string,
    hint: expect.stringContaining('Copy node_modules/unflat/dist/worker.js next to the bundle') as string,
  });
});
