/**
 * The app with the tiny networks in Chromium: from an example to a file that equals what Node makes, and a second visit without a
 * network.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeIO, type Accessor } from '@gltf-transform/core';
import { validateBytes } from 'gltf-validator';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppServer, startAppServer } from '../../src/cli/work/appServer.ts';
import { createEngine, type CompletedObject, type ObjectMesh } from '../../src/node.ts';
import { limitOf } from '../../src/pipeline/occupancy.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { collectErrors, launch } from '../setup/chromium.ts';

const STEP = 0.4;
const FOV = 55;

/** Against hanging: a software adapter in a browser takes minutes. */
const LIMIT = 900_000;

let browser: Browser;
let context: BrowserContext;
let server: AppServer;
let address: string;
beforeAll(async () => {
  await ensureBuild();
  [browser, server] = await Promise.all([launch(), startAppServer(join(root, 'dist/app'), 0)]);
  ({ address } = server);
  context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  context.setDefaultTimeout(LIMIT);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens the duck, and marks the middle of the photo by the keyboard, whose crosshair begins exactly there. */
async function pointAtDuck(page: Page): Promise<void> {
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await button('Duck').click();
  await button('Undo').waitFor();
  await page.getByRole('application', { name: /^Photo\./ }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.locator('button:not([disabled])', { hasText: /^Reconstruct$/ }).waitFor();
}

async function download(page: Page, title: RegExp): Promise<Uint8Array> {
  await page.getByRole('button', { name: 'Download', exact: true }).click();
  const taken = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: title }).click();
  return new Uint8Array(await readFile(await (await taken).path()));
}

const errorsOf = async (glb: Uint8Array): Promise<string[]> =>
  (await validateBytes(glb)).issues.messages.filter(({ severity }) => severity <= 1).map(({ message }) => message);

it('goes from an example to files that equal those of Node', { timeout: LIMIT }, async () => {
  const page = await context.newPage();
  const errors = collectErrors(page);
  await page.goto(address);
  await pointAtDuck(page);
  await page.getByText('Settings').click();
  await page.getByLabel('Grid').selectOption(String(STEP));
  await page.getByRole('button', { name: 'Reconstruct' }).click();
  // The sweep shows its points before the mesh is made.
  await page.locator('button[aria-pressed=true]', { hasText: /^Points$/ }).waitFor();
  await page.getByRole('button', { name: 'Download' }).waitFor();
  const glb = await download(page, /^GLB/);
  expect(await errorsOf(glb)).toEqual([]);
  const points = await download(page, /^Points/);
  expect(await errorsOf(points)).toEqual([]);
  const { data: mask } = await sharp(await download(page, /^Mask/))
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(errors).toEqual([]);
  await page.waitForFunction('navigator.serviceWorker.controller !== null');
  await page.close();

  const expected = await inNode(mask);
  // A pixel of the mask differs where its logit is within rounding of 0: a few at its border, of its thousands.
  expect(expected.strayPixels).toBeLessThan(1e-3 * mask.filter((value) => value > 0).length);
  await expectSamePoints(points, expected.object);
  await expectSameBox(glb, expected.mesh!, expected.object.spacing);
});

/** What Node makes of the same pixels. @param mask of the app, from which the object is made, so that its border does not matter */
async function inNode(mask: Uint8Array): Promise<{
  strayPixels: number;
  object: CompletedObject;
  mesh?: ObjectMesh;
}> {
  const picture = sharp(join(root, 'dist/app/examples/duck.webp')).ensureAlpha().raw();
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const engine = await createEngine({ weights: 'tiny' });
  try {
    const session = await engine.open({ width, height, rgba: new Uint8Array(data) });
    const own = await session.segment({ points: [{ x: width / 2, y: height / 2, label: 1 }] });
    const depth = await session.depth({ fov: FOV });
    const seen = await session.points(mask, depth);
    const object = await session.complete(seen, { granularity: STEP });
    const mesh = await session.mesh(object, { mask, depth });
    const strayPixels = own.candidates[0].mask.filter((value, i) => value > 0 !== mask[i] > 0).length;
    return { strayPixels, object, mesh };
  } finally {
    engine.dispose();
  }
}

async function positionsOf(glb: Uint8Array): Promise<Accessor> {
  const [primitive] = (await new NodeIO().readBinary(glb)).getRoot().listMeshes()[0].listPrimitives();
  return primitive.getAttribute('POSITION')!;
}

/**
 * Two adapters stray by as much as docs/numerics.md allows for the chain, each to its own side: MCC's logits by 6e-6 of the largest
 * one, and positions, which are made from depth, by 2e-6 of the largest one. Where both are nearer to the threshold than that, a
 * point may be there in one and not in the other.
 */
async function expectSamePoints(glb: Uint8Array, object: CompletedObject): Promise<void> {
  const found = (await positionsOf(glb)).getArray()!;
  const { field, normalization, threshold } = object;
  const [, ny, nz] = field.counts;
  const axis = (offset: number, i: number): number => field.axes[offset + i];
  const { scale, center } = normalization;
  const queried = [...field.logits.keys()].filter((i) => !Number.isNaN(field.logits[i]));
  const logitStray = 2 * 6e-6 * Math.max(...queried.map((i) => Math.abs(field.logits[i])));
  const farthest = Math.max(...object.xyz.map(Math.abs));
  const placeStray = 2 * 2e-6 * farthest * Math.SQRT2;
  const limit = limitOf(threshold);
  const surely = queried.filter((i) => field.logits[i] > limit + logitStray).length;
  const perhaps = queried.filter((i) => field.logits[i] > limit - logitStray);
  const count = found.length / 3;
  expect(count).toBeGreaterThan(20);
  expect(count).toBeGreaterThanOrEqual(surely);
  expect(count).toBeLessThanOrEqual(perhaps.length);
  const places = perhaps.map((i) => {
    const grid = [
      axis(0, Math.floor(i / (ny * nz))),
      axis(field.counts[0], Math.floor(i / nz) % ny),
      axis(field.counts[0] + ny, i % nz),
    ];
    const [x, y, z] = grid.map((value, k) => (value + center[k]) * scale);
    return [x, -y, -z];
  });
  // Both are in the order of the grid.
  let at = 0;
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const strayOf = (place: number[]): number =>
      Math.max(...place.map((value, k) => Math.abs(value - found[3 * i + k])));
    while (at < places.length - 1 && strayOf(places[at]) > object.spacing / 2) at++;
    worst = Math.max(worst, strayOf(places[at]));
  }
  expect(worst).toBeLessThanOrEqual(placeStray);
}

/**
 * The mesh is made of the same points by the same program. Where two of its edges are almost equal, simplifying may take the one or the
 * other, so vertices are not compared one by one: its box agrees to a hundredth of the grid's step.
 */
async function expectSameBox(glb: Uint8Array, { mesh }: ObjectMesh, spacing: number): Promise<void> {
  const positions = await positionsOf(glb);
  const ends = (values: Float32Array, axis: number): [number, number] => {
    const along = values.filter((_, k) => k % 3 === axis);
    return [Math.min(...along), Math.max(...along)];
  };
  const [low, high] = [positions.getMin([]), positions.getMax([])];
  // To y up and z towards the viewer.
  const expected = [0, 1, 2].map((axis) =>
    axis === 0
      ? ends(mesh.xyz, 0)
      : ends(
          mesh.xyz.map((v) => -v),
          axis,
        ),
  );
  for (const axis of [0, 1, 2]) {
    expect(Math.abs(low[axis] - expected[axis][0])).toBeLessThan(0.01 * spacing);
    expect(Math.abs(high[axis] - expected[axis][1])).toBeLessThan(0.01 * spacing);
  }
}

it('opens without a network, with the weights that were kept, and answers a click', { timeout: LIMIT }, async () => {
  await server.close();
  const page = await context.newPage();
  const errors = collectErrors(page);
  await page.goto(address);
  await page.getByRole('button', { name: 'Tiny networks' }).waitFor();
  await pointAtDuck(page);
  await page.getByRole('group', { name: 'Masks to choose from' }).waitFor();
  expect(errors).toEqual([]);
  await page.close();
});
