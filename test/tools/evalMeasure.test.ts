import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedFor } from '../../src/graph/shared.ts';
import type { NodeReconstruction } from '../../src/node.ts';
import { intrinsicsOf } from '../../src/pipeline/camera.ts';
import { GeometryError, visiblePoints } from '../../src/pipeline/points/geometry.ts';
import type { ReconstructOptions } from '../../src/pipeline/session/options.ts';
import { wordsOf } from '../../src/pipeline/photo.ts';
import { root } from '../../tools/setup/process.mjs';
import { floors, formulaOf, limitOf, valueOf, verdictOf, type Floor } from '../../tools/eval/floors.ts';
import { instrumentsOn, type Instruments } from '../../tools/eval/instruments.ts';
import { meansOf, measureScene, type MeasuredEngine, type Numbers } from '../../tools/eval/measure.ts';
import { showFloors, showScenes } from '../../tools/eval/report.ts';
import { readScene, sceneFolders, type Scene } from '../../tools/eval/scene.ts';
import { sphere, surfaceOf } from '../pipeline/mesh/shapes.ts';
import { testDevice } from '../setup/evaluate.ts';
import { normalizationOf } from '../setup/normalization.ts';

const scenesFolder = join(root, 'test/scenes');
let folder: string;
let scene: Scene;
let instruments: Instruments;

beforeAll(async () => {
  [folder] = await sceneFolders(scenesFolder);
  scene = await readScene(folder);
  instruments = await instrumentsOn(sharedFor(await testDevice()));
});

/** A red ball of the object's size in its place, in a world that is larger by `factor`. */
function ball(factor: number) {
  const { xyz } = scene.surface;
  const ends = [0, 1, 2].map((axis) => {
    const along = xyz.filter((_, k) => k % 3 === axis);
    return [along.reduce((low, v) => Math.min(low, v)), along.reduce((high, v) => Math.max(high, v))];
  });
  const [x, y, z] = ends.map(([low, high]) => (low + high) / 2);
  const radius = ends.reduce((sum, [low, high]) => sum + (high - low) / 6, 0);
  const mesh = surfaceOf(sphere(0, 0, 0, 0.8), [-1, -1, -1], [1, 1, 1], 16, () => [255, 0, 0]);
  return { ...mesh, xyz: mesh.xyz.map((v, k) => factor * ([x, y, z][k % 3] + radius * v)) };
}

const answerOf = (mask: Uint8Array) => ({
  candidates: [{ mask, quality: 1, stability: 1, lowRes: new Float32Array() }],
  chosen: 0,
});

const depthOf = (meters: Float32Array) => ({
  meters,
  camera: intrinsicsOf(scene.photo),
  estimated: true,
  focal: { pixels: 1, source: 'default' } as const,
});

/**
 * An engine that knows the answers.
 * @param factor the world it sees is that much larger; `reconstruct` is right about the world it is given
 */
function oracle(factor = 1, changes: Partial<MeasuredEngine> = {}): MeasuredEngine {
  return {
    segment: () => Promise.resolve(answerOf(scene.mask)),
    depth: () => Promise.resolve(depthOf(scene.depth.map((d) => d * factor))),
    reconstruct(_, { mask, depth, focal }: ReconstructOptions) {
      const camera = intrinsicsOf(scene.photo, focal);
      const cloud = visiblePoints(wordsOf(scene.photo), mask!, { depth: depth!, camera });
      const world = depth === scene.depth ? 1 : factor;
      const object = { xyz: scene.surface.xyz.map((v) => v * world), rgb: scene.surface.rgb };
      const normalization = normalizationOf(cloud.xyz);
      const run = { mask, seen: { cloud, normalization }, object, mesh: { mesh: ball(world) } };
      return Promise.resolve(run as unknown as NodeReconstruction);
    },
    ...changes,
  };
}

const measure = (engine: MeasuredEngine) => measureScene(engine, scene, { granularity: 0.1, instruments });

describe('measureScene', () => {
  it('gives an engine that knows everything full marks', async () => {
    const numbers = await measure(oracle());
    for (const name of ['iou.box', 'iou.click', 'depth.within', 'chain.size']) expect(numbers[name]).toBe(1);
    expect(numbers['depth.absRel']).toBe(0);
    for (const run of ['given', 'chain']) {
      for (const kind of ['precision', 'recall', 'f1', 'unseen', 'far', 'added']) {
        for (const distance of [0.05, 0.1, 0.2]) expect(numbers[`${run}.${kind}@${distance}`]).toBe(1);
      }
      expect(numbers[`${run}.color`]).toBe(0);
      expect(numbers[`${run}.points`]).toBe(scene.surface.seen.length);
    }
  });

  it('finds the points of the photo on the surface, and little of the unseen side among them', async () => {
    const numbers = await measure(oracle());
    // They lie on the surface, and surface points are close together.
    expect(numbers['given.seen.precision@0.05']).toBeGreaterThan(0.97);
    expect(numbers['given.seen.precision@0.2']).toBeGreaterThan(0.99);
    expect(numbers['given.seen.unseen@0.1']).toBeLessThan(0.15);
    expect(numbers['given.seen.far@0.2']).toBe(0);
    expect(numbers['given.seen.f1@0.2']).toBeLessThan(numbers['given.f1@0.2']);
  });

  it('does not mind end to end that everything is larger and farther by the same factor, and says so', async () => {
    const numbers = await measure(oracle(1.5));
    expect(numbers['chain.size']).toBeCloseTo(1.5, 6);
    expect(numbers['chain.f1@0.1']).toBe(1);
    expect(numbers['depth.absRel']).toBeCloseTo(0.5, 6);
    expect(numbers['depth.within']).toBe(0);
  });

  it('measures the mesh beside the points, in the same frame', async () => {
    const numbers = await measure(oracle(1.5));
    // A ball is not the object, but it is a solid in its place.
    for (const run of ['given', 'chain']) {
      expect(numbers).toMatchObject({ [`${run}.mesh.solid`]: 1, [`${run}.mesh.components`]: 1 });
      expect(numbers[`${run}.mesh.f1@0.2`]).toBeGreaterThan(0.1);
      expect(numbers[`${run}.mesh.f1@0.2`]).toBeLessThan(0.9);
      expect(numbers[`${run}.mesh.silhouette`]).toBeGreaterThan(0.4);
      expect(numbers[`${run}.mesh.view`]).toBeGreaterThan(0.1);
      expect(numbers[`${run}.mesh.color`]).toBeGreaterThan(0.1);
    }
    // Larger and farther by the same factor looks the same. Rounding may move a few points across a limit.
    for (const name of ['precision@0.05', 'recall@0.1', 'unseen@0.2', 'silhouette', 'view']) {
      expect(numbers[`chain.mesh.${name}`]).toBeCloseTo(numbers[`given.mesh.${name}`], 2);
    }
  });

  it('says which mesh is no solid, and counts no mesh as none', async () => {
    const sentences: string[] = [];
    const honest = oracle();
    let calls = 0;
    const engine = oracle(1, {
      async reconstruct(photo, options) {
        const mesh = ball(1);
        const open = { mesh: { ...mesh, triangles: mesh.triangles.slice(3) } } as NodeReconstruction['mesh'];
        return { ...(await honest.reconstruct(photo, options)), mesh: calls++ === 0 ? open : undefined };
      },
    });
    const onProblem = (sentence: string) => sentences.push(sentence);
    const numbers = await measureScene(engine, scene, { granularity: 0.1, instruments, onProblem });
    expect(sentences).toEqual([
      'the mesh from true mask and depth is not closed: 3 open edges',
      'the mesh from true mask and depth is no solid for manifold-3d: Not manifold',
    ]);
    expect(numbers).toMatchObject({ 'given.mesh.solid': 0, 'chain.mesh.solid': 0, 'chain.mesh.f1@0.2': 0 });
    expect(numbers).toMatchObject({ 'chain.mesh.faces': 0, 'chain.mesh.silhouette': 0, 'chain.mesh.view': 1 });
    expect(numbers['given.mesh.faces']).toBeGreaterThan(100);
  });

  it('asks with the tight box, with one click, with the true mask and depth, and with its own', async () => {
    const asked: object[] = [];
    const honest = oracle(2);
    const engine = oracle(2, {
      segment(photo, { box, points }) {
        asked.push({ box, points });
        return honest.segment(photo, {});
      },
      reconstruct(photo, options) {
        const { mask, depth, granularity } = options;
        asked.push({ mask: mask === scene.mask, trueDepth: depth === scene.depth, granularity });
        return honest.reconstruct(photo, options);
      },
    });
    await measure(engine);
    const [x, y] = scene.click;
    expect(asked).toEqual([
      { box: scene.box, points: undefined },
      { box: undefined, points: [{ x, y, label: 1 }] },
      { mask: true, trueDepth: true, granularity: 0.1 },
      { mask: true, trueDepth: false, granularity: 0.1 },
    ]);
  });

  it('counts a mask that misses the object as no result at all', async () => {
    const mask = scene.mask.map((v) => 1 - v);
    const numbers = await measure(oracle(1, { segment: () => Promise.resolve(answerOf(mask)) }));
    expect(numbers).toMatchObject({ 'iou.box': 0, 'chain.size': 0, 'chain.f1@0.2': 0, 'chain.color': 1 });
    expect(numbers['given.f1@0.2']).toBe(1);
  });

  it('counts a run that has nothing to work with as no result, and passes other errors on', async () => {
    const failing = (error: Error): MeasuredEngine => {
      const honest = oracle(2);
      const reconstruct: MeasuredEngine['reconstruct'] = (photo, options) =>
        options.depth === scene.depth ? honest.reconstruct(photo, options) : Promise.reject(error);
      return oracle(2, { reconstruct });
    };
    expect(await measure(failing(new GeometryError('no depth')))).toMatchObject({ 'chain.f1@0.2': 0 });
    await expect(measure(failing(new Error('device lost')))).rejects.toThrow('device lost');
  });
});

describe('means, floors and tables', () => {
  /** Names of the numbers that a floor compares its own with. */
  const others = ({ aim, floor, above }: Floor): string[] =>
    [aim, floor].flatMap((limit) => (typeof limit === 'object' ? [limit.of] : [])).concat(above ?? []);
  it('means are over scenes', () => {
    expect(
      meansOf([
        { a: 1, b: 2 },
        { a: 3, b: 2 },
      ]),
    ).toEqual({ a: 2, b: 2 });
    expect(() => meansOf([])).toThrow(RangeError);
  });

  it.each(floors.map((floor) => [floor.label, floor] as const))('%s: aim, floor, missed', (_, floor) => {
    const { number, better, above, aim } = floor;
    const perfect: Numbers = {
      ...Object.fromEntries(others(floor).map((name) => [name, 0.1])),
      [number]: better === 'large' ? 1 : 0,
    };
    const limit = limitOf(floor.floor, perfect);
    const worse = limit + (better === 'large' ? -0.001 : 0.001);
    expect(verdictOf(floor, perfect)).toBe(aim === undefined ? 'floor' : 'aim');
    expect(verdictOf(floor, { ...perfect, [number]: limit })).toBe('floor');
    expect(verdictOf(floor, { ...perfect, [number]: worse })).toBe('missed');
    expect(verdictOf(floor, { ...perfect, [number]: NaN })).toBe('missed');
    if (above) expect(verdictOf(floor, { ...perfect, [above]: perfect[number] })).toBe('missed');
    for (const name of others(floor)) expect(verdictOf(floor, { ...perfect, [name]: NaN })).toBe('missed');
  });

  it('a limit may follow another number', () => {
    const means = { a: 0.3 };
    for (const [limit, value, formula] of [
      [0.7, 0.7, undefined],
      [{ of: 'a' }, 0.3, 'a'],
      [{ of: 'a', times: 2 }, 0.6, '2 x a'],
      [{ of: 'a', plus: 0.08 }, 0.38, 'a + 0.08'],
      [{ of: 'a', times: 3, plus: -0.02 }, 0.88, '3 x a - 0.02'],
    ] as const) {
      expect(limitOf(limit, means)).toBeCloseTo(value, 12);
      expect(formulaOf(limit)).toBe(formula);
    }
    expect(() => limitOf({ of: 'b' }, means)).toThrow('b was not measured');
  });

  it('a floor is about something that is measured', async () => {
    const numbers = await measure(oracle());
    for (const floor of floors) {
      for (const name of [floor.number, ...others(floor)]) expect(valueOf(numbers, name)).toBeGreaterThanOrEqual(0);
      // The points are right, the mesh is a ball.
      if (!floor.number.includes('mesh')) expect(verdictOf(floor, numbers)).toBe('aim');
    }
    expect(() => valueOf(numbers, 'iou.circle')).toThrow('iou.circle was not measured');
  });

  it('show every scene, the means, and what was missed', async () => {
    const numbers = await measure(oracle());
    const lines = showScenes([
      { name: '7', family: 'mug', heldOutFamily: false, numbers },
      { name: '8', family: 'car', heldOutFamily: true, numbers: { ...numbers, 'iou.box': 0 } },
    ]).split('\n');
    expect(lines.find((line) => line.startsWith('7 mug'))).toMatch(/ 1\.000 +1\.000 +0\.000 +1\.000 +1\.000$/);
    expect(lines.find((line) => line.startsWith('mean of 2'))).toMatch(/mean of 2 +0\.500/);
    expect(lines.find((line) => line.startsWith('mean of the 1 with *'))).toMatch(/\* +0\.000/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(160);
    const shown = showFloors({ ...numbers, 'iou.click': 0.1, 'given.f1@0.05': 0.3, 'given.mesh.f1@0.05': 0.7 });
    expect(shown).toMatch(/one click +0\.900 +0\.800 +0\.100 +missed/);
    expect(shown).toMatch(
      /mesh F1 at 0\.05, true mask and depth +0\.600 +0\.450 +0\.700 +aim +\(floor: 1\.5 x given\.f1@0\.05\)/,
    );
  });
});

describe('scene files', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'unflat-scene-'));
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  const changed = async (name: string, content: string | undefined) => {
    await cp(folder, copy, { recursive: true });
    if (content === undefined) await rm(join(copy, name));
    else await writeFile(join(copy, name), content);
    return readScene(copy);
  };

  it('have the tight box of the mask, half-open, and a click on the pixel deepest inside', () => {
    const { width, height } = scene.photo;
    const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && scene.mask[y * width + x];
    const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dx, dy] as const));
    const pixels: [number, number][] = [];
    /** Pixels outside that touch the mask. */
    const rim: [number, number][] = [];
    for (let y = -1; y <= height; y++) {
      for (let x = -1; x <= width; x++) {
        if (inside(x, y)) pixels.push([x, y]);
        else if (around.some(([dx, dy]) => inside(x + dx, y + dy))) rim.push([x, y]);
      }
    }
    const [xs, ys] = [pixels.map(([x]) => x), pixels.map(([, y]) => y)];
    expect(scene.box).toEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]);
    const chessboardDepth = ([x, y]: readonly [number, number]) =>
      rim.reduce((nearest, [u, v]) => Math.min(nearest, Math.max(Math.abs(u - x), Math.abs(v - y))), Infinity);
    const deepest = pixels.reduce((depth, pixel) => Math.max(depth, chessboardDepth(pixel)), 0);
    expect(chessboardDepth(scene.click)).toBe(deepest);
  });

  it('must be there', async () => {
    await expect(sceneFolders(join(scenesFolder, 'none'))).rejects.toThrow('cannot be read');
    await expect(sceneFolders(folder)).rejects.toThrow('has no scene');
    for (const name of ['scene.json', 'photo.png', 'objects.png', 'depth.png', 'surface.safetensors']) {
      await expect(changed(name, undefined)).rejects.toThrow(name);
    }
  });

  it('must fit together', async () => {
    const { family, heldOutFamily, fov, box, click, maskPixels } = scene;
    const facts = { family, heldOutFamily, fov, box, click, maskPixels };
    const wrong = (change: object) => changed('scene.json', JSON.stringify({ ...facts, ...change }));
    await expect(wrong({ maskPixels: 7 })).rejects.toThrow('scene.json says 7');
    await expect(wrong({ fov: undefined })).rejects.toThrow('lacks one of');
    await expect(wrong({ click: [1] })).rejects.toThrow('lacks one of');
    await expect(changed('surface.safetensors', 'not a tensor')).rejects.toThrow('surface.safetensors');
  });
});
