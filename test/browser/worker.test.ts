/** A session in a worker of Chromium: results cross to the page and back, and new points arrive while the sweep runs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { presets } from '../../src/pipeline/registry.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { scene } from '../../weights/index.ts';
import { openPage, type BrowserPage } from '../setup/chromium.ts';

const [WIDTH, HEIGHT] = [80, 64];

/** Answers each message with the result of a step of one session. */
const WORKER = `
  import { createEngine, syntheticSet } from '/dist/web.js';
  let session;
  const steps = {
    async open({ photo, configs }) {
      const engine = await createEngine({ weights: syntheticSet(4, configs) });
      session = await engine.open(photo);
    },
    segment: (prompt) => session.segment(prompt),
    depth: () => session.depth(),
    points: ({ mask, depth }) => session.points(mask, depth),
    async complete({ seen, options }) {
      const onPoints = (points) => postMessage({ points });
      const object = await session.complete(seen, { ...options, onPoints });
      return { object, file: await object.toBlob('glb') };
    },
    async mesh({ object, seen, options }) {
      const mesh = await session.mesh(object, seen, options);
      return { mesh, glb: await mesh.toFiles('glb'), obj: await mesh.toFiles('obj', 'duck') };
    },
  };
  onmessage = async ({ data: { step, argument } }) => {
    try {
      postMessage({ result: await steps[step](argument) });
    } catch (error) {
      postMessage({ error: error.name + ': ' + error.message });
    }
  };
`;

const PAGE = `
  const worker = new Worker('/worker.js', { type: 'module' });
  const arrived = [];
  const ask = (step, argument) =>
    new Promise((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }) => {
        if (data.points) arrived.push(data.points.rgb.length / 3);
        else if (data.error) reject(new Error(data.error));
        else resolve(data.result);
      };
      worker.postMessage({ step, argument });
    });
  export async function run({ width, height, bytes, configs, box }) {
    const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : bytes[3 * (i >> 2) + (i % 4)]));
    await ask('open', { photo: { width, height, rgba }, configs });
    const { candidates } = await ask('segment', { box });
    const depth = await ask('depth');
    const seen = await ask('points', { mask: candidates[0].mask, depth });
    const { object, file } = await ask('complete', { seen, options: { granularity: 1, threshold: 0.3 } });
    const magic = await file.slice(0, 4).text();
    const whole = await ask('mesh', { object, seen: { mask: candidates[0].mask, depth }, options: { faces: 300, texture: 64 } });
    const files = [...whole.glb, ...whole.obj].map(({ name, type, size }) => ({ name, type, isEmpty: size === 0 }));
    const faces = whole.mesh.mesh.triangles.length / 3;
    return { files, faces, facts: whole.mesh.facts, arrived, points: object.rgb.length / 3, magic, pixels: depth.meters.length, cloud: seen.cloud.rgb.length / 3 };
  }
`;

let folder: string;
let page: BrowserPage;
beforeAll(async () => {
  await ensureBuild();
  folder = await mkdtemp(join(tmpdir(), 'unflat-worker-'));
  await writeFile(join(folder, 'worker.js'), WORKER);
  await writeFile(join(folder, 'page.js'), PAGE);
  page = await openPage({ '/': folder, '/dist/': join(root, 'dist') });
});
afterAll(async () => {
  await page?.close();
  await rm(folder, { recursive: true });
});

it('gives an object step by step, and its mesh', async () => {
  const configs = {
    sam: { ...presets.small.sam, image: 64, globalBlocks: [1], depth: 2 },
    zoe: presets.small.zoe,
    mcc: { ...presets.small.mcc, image: 64 },
  };
  const result = (await page.call('/page.js', 'run', {
    ...{ width: WIDTH, height: HEIGHT, configs, box: [8, 8, 72, 56] },
    bytes: [...scene.image(11, HEIGHT, WIDTH)],
  })) as Record<'points' | 'pixels' | 'cloud' | 'faces', number> & {
    arrived: number[];
    magic: string;
    facts: { parts: number };
    files: unknown[];
  };
  expect(result.pixels).toBe(WIDTH * HEIGHT);
  expect(result.cloud).toBeGreaterThan(0);
  expect(result.points).toBeGreaterThan(0);
  expect(result.arrived.reduce((sum, n) => sum + n)).toBe(result.points);
  expect(result.magic).toBe('glTF');
  expect(result.faces).toBeGreaterThan(0);
  expect(result.facts.parts).toBeGreaterThan(0);
  const file = (name: string, type: string) => ({ name, type, isEmpty: false });
  expect(result.files).toEqual([
    file('object.glb', 'model/gltf-binary'),
    file('duck.obj', 'model/obj'),
    file('duck.mtl', 'model/mtl'),
    file('duck.png', 'image/png'),
  ]);
});
