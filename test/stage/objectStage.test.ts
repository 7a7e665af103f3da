/** The stage in Chromium: what is drawn, at known pixels. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import sharp from 'sharp';
import { openBuiltPage, type BuiltPage } from '../setup/builtPage.ts';
import { torus } from '../setup/meshes.ts';
import { sphere } from '../setup/sphere.ts';

/** The page: one stage, and pictures of it as plain numbers. */
const PAGE = `
  import { listenToKeys, ObjectStage } from '../../stage/index.ts';
  import { Rig } from '../../stage/rig.ts';
  let stage, told;
  const revive = (value) => ({
    ...value,
    ...(value.xyz && { xyz: Float32Array.from(value.xyz) }),
    ...(value.rgb && { rgb: Uint8Array.from(value.rgb) }),
    ...(value.logits && { logits: Float32Array.from(value.logits) }),
    ...(value.normals && { normals: Float32Array.from(value.normals) }),
    ...(value.uv && { uv: Float32Array.from(value.uv) }),
    ...(value.triangles && { triangles: Uint32Array.from(value.triangles) }),
    ...(value.texture && { texture: { ...value.texture, rgba: Uint8Array.from(value.texture.rgba) } }),
  });
  export function open(width, height) {
    stage?.dispose();
    told = [];
    document.body.style.margin = 0;
    document.body.innerHTML = '<canvas style="display: block; width: ' + width + 'px; height: ' + height + 'px"></canvas>';
    const tell = (name) => () => told.push(name);
    stage = new ObjectStage(document.querySelector('canvas'), {
      onLost: tell('lost'), onRestored: tell('restored'), onLeavePhoto: tell('left'),
    });
  }
  export const call = (name, first, ...rest) =>
    stage[name](typeof first === 'object' && first.xyz ? revive(first) : first, ...rest) ?? null;
  /** Every pixel of the picture: [height, width, 4]. */
  export async function picture(width, height) {
    // What was asked for begins with the next frame.
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    const bitmap = await createImageBitmap(await stage.picture(width, height));
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return [...context.getImageData(0, 0, width, height).data];
  }
  /** Adds points in batches, one a frame. */
  export async function sweep(batches, perBatch) {
    for (let batch = 0; batch < batches; batch++) {
      const xyz = Float32Array.from({ length: 3 * perBatch }, (_, k) => (k % 3 === 2 ? 2 : 0) + Math.random() - 0.5);
      stage.addPoints({ xyz, rgb: new Uint8Array(3 * perBatch).fill(batch) }, 0.01);
      await new Promise(requestAnimationFrame);
    }
  }
  export async function drawsIn(actions) {
    let draws = 0;
    const step = Rig.prototype.step;
    Rig.prototype.step = function (now) { draws++; return step.call(this, now); };
    for (const [name, ...args] of actions) stage[name](...args);
    for (let i = 0; i < 30; i++) await new Promise(requestAnimationFrame);
    Rig.prototype.step = step;
    return draws;
  }
  export async function loseAndRestore() {
    const context = document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context');
    const until = async (name) => { while (!told.includes(name)) await new Promise((done) => setTimeout(done, 20)); };
    context.loseContext();
    await until('lost');
    const { message } = await stage.picture(40, 30).catch((error) => error);
    // Events are told one after the other.
    await new Promise((done) => setTimeout(done, 50));
    context.restoreContext();
    await until('restored');
    return [...told, message];
  }
  export const heard = () => told;
  export function withFields() {
    const note = (name) => (...args) => told.push([name, ...args].join(' '));
    for (const type of ['text', 'range']) {
      const field = document.createElement('input');
      Object.assign(field, { type, id: type });
      document.body.append(field);
    }
    const names = ['rotate', 'zoom', 'show', 'nextLayer', 'toggleLight'];
    const actions = Object.fromEntries(names.map((name) => [name, note(name)]));
    window.stopListening = listenToKeys(actions, { c: note('compare') });
  }
`;

const WIDTH = 160;
const HEIGHT = 120;

let built: BuiltPage;
beforeAll(async () => {
  built = await openBuiltPage(PAGE);
  await built.page.emulateMedia({ reducedMotion: 'reduce' });
});
afterAll(() => built?.close());
beforeEach(() => built.call('open', WIDTH, HEIGHT));

const stage = (name: string, ...args: unknown[]) => built.call('call', name, ...args);

/** Pixels of the stage as it is: [HEIGHT, WIDTH, 4]. */
const pixels = async (width = WIDTH, height = HEIGHT) => (await built.call('picture', width, height)) as number[];

const at = (picture: number[], x: number, y: number, width = WIDTH) => {
  const start = 4 * (y * width + x);
  return picture.slice(start, start + 4);
};

const opaque = (picture: number[]) => picture.filter((value, i) => i % 4 === 3 && value > 127).length;

/** How many values of two pictures differ. */
const changed = (a: number[], b: number[]) => a.filter((value, i) => value !== b[i]).length;

/** One step of rounding is allowed. */
function expectColor(actual: number[], expected: number[]): void {
  const difference = Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
  expect(difference, `${actual} instead of ${expected}`).toBeLessThanOrEqual(1);
}

/** A square of points, two meters away and one meter wide, as plain numbers. */
function square(side: number, color: number[], [x, y] = [0, 0]) {
  const xyz: number[] = [];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) xyz.push(x + column / side - 0.5, y + row / side - 0.5, 2);
  }
  return { xyz, rgb: xyz.map((_, i) => color[i % 3]) };
}

const plain = (mesh: object) =>
  Object.fromEntries(
    Object.entries(mesh).map(([name, value]) => [
      name,
      ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value,
    ]),
  );

const GREEN = [40, 160, 90];
const RED = [220, 40, 40];
const BLUE = [60, 90, 220];

it('shows seen points, and points of the object as they arrive, in their colors', async () => {
  expect(opaque(await pixels())).toBe(0);
  await stage('seen', square(20, GREEN));
  const seen = await pixels();
  expectColor(at(seen, 80, 60), [...GREEN, 255]);
  // To the right of the seen points: at x of 1 and 2 meters.
  for (const [x, color] of [
    [1, RED],
    [2, BLUE],
  ] as const) {
    await stage('addPoints', square(20, color, [x, 0]), 0.05);
  }
  const picture = await pixels();
  expectColor(at(picture, 80, 60), [...RED, 255]);
  expectColor(at(picture, 40, 60), [...GREEN, 255]);
  expectColor(at(picture, 120, 60), [...BLUE, 255]);
  await stage('layer', 'points');
  expect(at(await pixels(), 40, 60)[3]).toBe(0);
  await stage('clear');
  expect(opaque(await pixels())).toBe(0);
});

it('takes points in many batches', async () => {
  await built.call('sweep', 20, 2000);
  expect(await stage('size', 'points')).toEqual([1, 1, 1].map((v) => expect.closeTo(v, 2) as number));
  expect(opaque(await pixels())).toBeGreaterThan(1000);
});

it('shows the points above a threshold, and says how many', async () => {
  const points = square(20, RED);
  // The left half is certain, the right half is not.
  const logits = points.xyz.filter((_, i) => i % 3 === 0).map((x) => (x < 0 ? 3 : -1));
  await expect(stage('threshold', 0.5)).rejects.toThrow('Call object(points, spacing) first');
  await stage('object', { ...points, logits }, 0.05);
  const all = await pixels();
  expect(at(all, 60, 60)[3]).toBe(255);
  expect(at(all, 100, 60)[3]).toBe(255);
  expect(await stage('threshold', 0.5)).toBe(200);
  const half = await pixels();
  expect(at(half, 60, 60)[3]).toBe(255);
  expect(at(half, 100, 60)[3]).toBe(0);
  expect(await stage('threshold', 0.1)).toBe(400);
  expect(await stage('threshold', 0.99)).toBe(0);
  expect(opaque(await pixels())).toBe(0);
});

/** A rectangle that faces the camera, two meters away, with four texels. */
const quad = {
  xyz: [-1, -1, 2, 1, -1, 2, 1, 1, 2, -1, 1, 2],
  normals: [0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1],
  uv: [0, 0, 1, 0, 1, 1, 0, 1],
  triangles: [0, 2, 1, 0, 3, 2],
};
const [A, B, C, D] = [
  [200, 30, 60],
  [30, 120, 40],
  [50, 60, 190],
  [128, 128, 128],
];

it('shows a mesh with its texture: each color where it belongs', async () => {
  const rgba = [A, B, C, D].flatMap((color) => [...color, 255]);
  await stage('mesh', { ...quad, texture: { width: 2, height: 2, rgba } });
  expect(opaque(await pixels())).toBe(0);
  await stage('layer', 'mesh');
  await stage('photoCamera', { fx: 100, fy: 100, cx: 79.5, cy: 59.5 }, WIDTH, HEIGHT);
  const picture = await pixels();
  // The corners show one texel each: x from -1 to 1 at 2 meters are 100 pixels around the middle.
  for (const [x, y, color] of [
    [32, 12, A],
    [127, 12, B],
    [32, 107, C],
    [127, 107, D],
  ] as const) {
    expectColor(at(picture, x, y), [...color, 255]);
  }
  expect(at(picture, 28, 60)[3]).toBe(0);
  expect(at(picture, 31, 60)[3]).toBe(255);
});

it('shows a mesh with colors at its vertices, and shades it on demand', async () => {
  const mesh = { ...quad, uv: undefined, rgb: [A, A, A, A].flat() };
  await stage('layer', 'mesh');
  await stage('mesh', mesh);
  const unlit = at(await pixels(), 80, 60);
  expectColor(unlit, [...A, 255]);
  await stage('light', true);
  expect(at(await pixels(), 80, 60).join()).not.toBe(unlit.join());
  await stage('light', false);
  expectColor(at(await pixels(), 80, 60), [...A, 255]);
});

it('shades with smooth normals', async () => {
  await stage('layer', 'mesh');
  await stage('mesh', plain(torus()));
  await stage('light', true);
  expect(new Set(await pixels()).size).toBeGreaterThan(50);
});

it('puts an object on its place in the photo, pixel by pixel', async () => {
  const intrinsics = { fx: 210, fy: 180, cx: 61, cy: 75 };
  const [center, radius] = [[0.3, -0.2, 2.5], 0.45];
  const ball = sphere([center[0], -center[1], -center[2]], radius, 48);
  const turned = (values: Float32Array) => [...values].map((v, i) => (i % 3 === 0 ? v : -v));
  const rgb = turned(ball.xyz).map(() => 200);
  await stage('layer', 'mesh');
  await stage('mesh', { ...plain(ball), uv: undefined, xyz: turned(ball.xyz), normals: turned(ball.normals), rgb });
  await stage('photoCamera', intrinsics, WIDTH, HEIGHT);
  // The mask by its definition: pixels whose ray meets the sphere.
  const isInside = (u: number, v: number): boolean => {
    const ray = [(u - intrinsics.cx) / intrinsics.fx, (v - intrinsics.cy) / intrinsics.fy, 1];
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
    const along = dot(ray, center) / dot(ray, ray);
    return Math.hypot(...ray.map((value, i) => along * value - center[i])) < radius;
  };
  for (const scale of [1, 2]) {
    const picture = await pixels(scale * WIDTH, scale * HEIGHT);
    let [both, any] = [0, 0];
    for (let y = 0; y < scale * HEIGHT; y++) {
      for (let x = 0; x < scale * WIDTH; x++) {
        const drawn = at(picture, x, y, scale * WIDTH)[3] > 127;
        const masked = isInside((x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5);
        both += Number(drawn && masked);
        any += Number(drawn || masked);
      }
    }
    expect(both / any).toBeGreaterThan(0.98);
  }
});

it('leaves the view of the photo when the object is dragged, not when it is pressed', async () => {
  await stage('seen', square(20, GREEN));
  await stage('photoCamera', { fx: 100, fy: 100, cx: 30, cy: 20 }, WIDTH, HEIGHT);
  const before = await pixels();
  const { mouse } = built.page;
  await mouse.move(80, 60);
  await mouse.down();
  await mouse.up();
  expect(await built.call('heard')).toEqual([]);
  expect(changed(await pixels(), before)).toBe(0);
  await mouse.down();
  await mouse.move(100, 60);
  await mouse.up();
  expect(await built.call('heard')).toEqual(['left']);
  expect(changed(await pixels(), before)).toBeGreaterThan(100);
});

it('draws when something changes, and once a frame', async () => {
  await stage('seen', square(20, GREEN));
  expect(await built.call('drawsIn', [])).toBeLessThanOrEqual(1);
  expect(await built.call('drawsIn', [])).toBe(0);
  expect(
    await built.call('drawsIn', [
      ['rotate', 10, 0],
      ['zoom', 0.9],
      ['light', true],
      ['layer', 'seen'],
    ]),
  ).toBe(1);
});

it('shows on the screen what is in its picture', async () => {
  await stage('seen', square(20, GREEN));
  const clip = { x: 80, y: 60, width: 1, height: 1 };
  await stage('picture', 40, 30);
  const pixel = await sharp(await built.page.screenshot({ clip }))
    .removeAlpha()
    .raw()
    .toBuffer();
  expectColor([...pixel], GREEN);
});

it('leaves keys to fields in which one types, and arrow keys to sliders', async () => {
  await built.call('withFields');
  const { page } = built;
  let known = 0;
  /** What the keys did. */
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
    const heard = (await built.call('heard')) as string[];
    const done = heard.slice(known);
    known = heard.length;
    return done;
  };
  expect(await press('ArrowLeft', '3', 'P', 'l', 'c', 'Control+l', 'x')).toEqual([
    ...['rotate -10 0', 'show back', 'nextLayer', 'toggleLight', 'compare'],
  ]);
  await page.focus('#range');
  expect(await press('ArrowLeft', '2')).toEqual(['show right']);
  await page.focus('#text');
  expect(await press('ArrowLeft', '2', 'c')).toEqual([]);
  await page.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
    (window as unknown as { stopListening(): void }).stopListening();
  });
  expect(await press('c')).toEqual([]);
});

it('says that the context was lost, and draws again when it is back', async () => {
  await stage('seen', square(20, GREEN));
  await stage('addPoints', square(20, RED, [1, 0]), 0.05);
  const before = await pixels();
  const [lost, restored, message] = (await built.call('loseAndRestore')) as string[];
  expect([lost, restored]).toEqual(['lost', 'restored']);
  expect(message).toContain('took the drawing context away');
  expect(changed(await pixels(), before)).toBe(0);
});
