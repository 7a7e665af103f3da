/** Several objects of one photo: depth and embedding once, failures that stop nobody, and what is whole when stopped. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepTime } from '../../src/graph/run.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import { presets, syntheticSet } from '../../src/pipeline/registry.ts';
import type { Session } from '../../src/pipeline/session/session.ts';
import type { SceneOptions } from '../../src/pipeline/session/scene.ts';
import { joinMeshes, joinTextured } from '../../src/pipeline/mesh/join.ts';
import { scene } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';
import { expectIdentical } from '../setup/identical.ts';
import { texturedTorus, torus } from '../setup/meshes.ts';

const [WIDTH, HEIGHT] = [80, 64];

const rgb = scene.image(11, HEIGHT, WIDTH);
const photo: Photo = {
  ...{ width: WIDTH, height: HEIGHT },
  rgba: new Uint8Array(4 * WIDTH * HEIGHT).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)])),
};

/** A mask that is a rectangle. */
function rectangle(left: number, top: number, right: number, bottom: number): Uint8Array {
  return new Uint8Array(WIDTH * HEIGHT).map((_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    return x >= left && x < right && y >= top && y < bottom ? 1 : 0;
  });
}

const [one, two] = [rectangle(4, 4, 36, 60), rectangle(44, 10, 76, 50)];
const COARSE: SceneOptions = { granularity: 1, threshold: 0.5, texture: 64, faces: 400 };

let engine: Engine;
let session: Session;

beforeAll(async () => {
  engine = new Engine({ device: await openDevice(), weights: syntheticSet(1, presets.small) });
  session = engine.open(photo);
});
afterAll(() => engine.dispose());

describe('several objects', () => {
  it('are each what they are alone, from one depth and one embedding', async () => {
    const times: StepTime[] = [];
    const objects = [{ name: 'left', mask: one }, { box: [44, 10, 76, 50] as const }];
    const made = await session.objects(objects, COARSE, { onProfile: (more) => void times.push(...more) });
    expect(made.objects.map(({ name }) => name)).toEqual(['left', 'object-2']);
    expect([made.failed, made.stopped]).toEqual([[], []]);
    const alone = await session.reconstruct({ mask: one, ...COARSE });
    expectIdentical(made.objects[0].object.xyz, alone.object.xyz);
    expectIdentical(made.objects[0].preview, alone.preview);
    expectIdentical(made.depth, alone.depth);
    const prompted = await session.reconstruct({ box: [44, 10, 76, 50], ...COARSE });
    expectIdentical(made.objects[1].mask, prompted.mask);
    expectIdentical(made.objects[1].object.xyz, prompted.object.xyz);
    const scopes = new Set(times.map(({ scope }) => scope.split('/')[0]));
    expect(scopes.size).toBeGreaterThan(2);
    // A second scene encodes nothing, and has the depth already.
    const again: StepTime[] = [];
    await session.objects(objects, { ...COARSE, render: false }, { onProfile: (more) => void again.push(...more) });
    expect(again.length).toBeLessThan(times.length);
    expectIdentical(structuredClone(made), made);
  });

  it('say in their progress which one it is about', async () => {
    const seen = new Set<string>();
    await session.objects([{ mask: one }, { name: 'b', mask: two }], COARSE, {
      onProgress: ({ stage, object }) =>
        void seen.add(object ? `${stage} ${object.number}/${object.of} ${object.name}` : stage),
    });
    for (const known of ['sweep 1/2 object-1', 'sweep 2/2 b', 'mesh 2/2 b', 'render']) expect(seen).toContain(known);
    expect(seen).not.toContain('sweep');
  });

  it('go on when one of them fails, which is named', async () => {
    const pixel = rectangle(0, 0, 1, 1);
    const objects = [
      { name: 'a', mask: one },
      { name: 'twin', mask: rectangle(4, 5, 36, 60) },
      { name: 'dot', mask: pixel },
      { name: 'b', mask: two },
      { name: 'inner', mask: rectangle(50, 20, 70, 40) },
    ];
    const made = await session.objects(objects, { ...COARSE, render: false, mesh: false });
    expect(made.objects.map(({ name, within }) => [name, within])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['inner', 'b'],
    ]);
    expect(made.failed).toEqual([
      { name: 'twin', problem: expect.stringMatching(/^It is the same object as a: their masks share 98 %/) },
      { name: 'dot', problem: expect.stringMatching(/mask|point/) },
    ]);
  });

  it('fail alone when no point is occupied', async () => {
    const { objects, failed } = await session.objects([{ mask: one }], {
      ...COARSE,
      threshold: 0.999999,
      minThreshold: 0.5,
    });
    expect(objects).toEqual([]);
    expect(failed[0].problem).toMatch(/^No grid point has a probability above 0.999999/);
  });

  it('that are whole stay when the call is stopped', async () => {
    const stop = new AbortController();
    const onProgress = ({ stage, object }: { stage: string; object?: { number: number } }): void => {
      if (stage === 'sweep' && object?.number === 2) stop.abort();
    };
    const objects = [{ mask: one }, { mask: two }, { mask: rectangle(30, 30, 50, 60) }];
    const made = await session.objects(objects, COARSE, { signal: stop.signal, onProgress });
    expect(made.objects.map(({ name }) => name)).toEqual(['object-1']);
    expect(made.objects[0].mesh ?? made.objects[0].object.xyz.length).toBeTruthy();
    expect(made.stopped).toEqual(['object-2', 'object-3']);

    const early = new AbortController();
    const call = {
      signal: early.signal,
      onProgress: ({ stage }: { stage: string }) => void (stage === 'points' && early.abort()),
    };
    await expect(session.objects(objects, COARSE, call)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('are refused before anything runs, with the name of what is wrong', async () => {
    await expect(session.objects([])).rejects.toThrow('objects: there is no object. Give a list');
    await expect(session.objects([{ mask: one }, { name: 'object-1', mask: two }])).rejects.toThrow(
      'objects: two of them have the name object-1.',
    );
    await expect(session.objects([{ mask: one, name: '' }])).rejects.toThrow('the name of object 1 is empty');
    await expect(session.objects([{ mask: one }, { name: 'b', box: [200, 0, 300, 9] }])).rejects.toThrow(
      /^The object b: /,
    );
    await expect(session.objects([{ mask: one.subarray(1) }])).rejects.toMatchObject({ name: 'PromptError' });
  });
});

describe('joined meshes', () => {
  it('keep their triangles, and each its own part of the texture', () => {
    const [mesh, textured] = [torus(), texturedTorus()];
    const three = joinMeshes([mesh, mesh, mesh]);
    const n = mesh.xyz.length / 3;
    expect(three.triangles.slice(-3)).toEqual(mesh.triangles.slice(-3).map((vertex) => vertex + 2 * n));
    expect([three.xyz.length, three.normals.length, three.rgb.length]).toEqual([9 * n, 9 * n, 9 * n]);

    const joined = joinTextured([textured, textured, textured]);
    expect(joined.texture).toMatchObject({ width: 64, height: 64 });
    const colorAt = ({ uv, texture }: typeof textured, vertex: number): number[] => {
      const at = (place: number, size: number): number => Math.min(size - 1, Math.floor(place * size));
      const pixel = at(uv[2 * vertex + 1], texture.height) * texture.width + at(uv[2 * vertex], texture.width);
      return [...texture.rgba.subarray(4 * pixel, 4 * pixel + 3)];
    };
    const inside = [...textured.uv.keys()].filter((k) => k % 2 === 0 && textured.uv[k] < 1 && textured.uv[k + 1] < 1);
    const m = textured.xyz.length / 3;
    for (const k of inside) {
      for (const copy of [0, 1, 2]) expect(colorAt(joined, copy * m + k / 2)).toEqual(colorAt(textured, k / 2));
    }
  });

  it('reduce textures that do not fit side by side', () => {
    const small = texturedTorus();
    const wide = { ...small, texture: { width: 4096, height: 1, rgba: new Uint8Array(4 * 4096).fill(7) } };
    const { texture } = joinTextured([wide, small]);
    expect([texture.width, texture.height]).toEqual([4096, 4096]);
    expect(texture.rgba[4 * 2048 - 4]).toBe(7);
  });
});
