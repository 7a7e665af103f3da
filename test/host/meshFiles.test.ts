/** Meshes that save themselves, in Node. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateBytes } from 'gltf-validator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/host/errors.ts';
import { MESH_FORMATS, NodeMesh, saveMesh } from '../../src/node.ts';
import { expectIdentical } from '../setup/identical.ts';
import { texturedTorus, torus } from '../setup/meshes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-mesh-'));
});
afterEach(() => rm(folder, { recursive: true }));

const facts = { parts: 1, dropped: 0, isHollow: true, leaks: false, touches: [] };
const mesh = new NodeMesh({ mesh: torus(), textured: texturedTorus(), facts });
const bare = new NodeMesh({ mesh: torus(), facts });

describe('a mesh', () => {
  it('saves itself in every format', async () => {
    for (const { extension } of MESH_FORMATS) await mesh.save(join(folder, `torus${extension}`));
    const extensions = [...MESH_FORMATS.map(({ extension }) => extension), '.mtl', '.png'];
    expect((await readdir(folder)).sort()).toEqual(extensions.map((extension) => `torus${extension}`).sort());
    const { issues, info } = await validateBytes(await readFile(join(folder, 'torus.glb')));
    expect(issues.messages).toEqual([]);
    expect(info).toMatchObject({ hasTextures: true, totalTriangleCount: 576 });
  });

  it('saves itself without a texture, but not as USDZ', async () => {
    await bare.save(join(folder, 'torus.obj'));
    await bare.save(join(folder, 'TORUS.GLB'));
    expect((await readdir(folder)).sort()).toEqual(['TORUS.GLB', 'torus.obj']);
    await expect(bare.save(join(folder, 'torus.usdz'))).rejects.toThrow('USDZ: the file needs a texture');
  });

  it('names the formats that there are', async () => {
    const error = await mesh.save(join(folder, 'torus.fbx')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(/must end in \.glb, \.ply, \.obj, \.stl, \.usdz or \.3mf\.$/);
  });

  it('leaves no file of an OBJ when one of them cannot be written', async () => {
    await mkdir(join(folder, 'torus.png'));
    await writeFile(join(folder, 'torus.obj'), 'old');
    await expect(mesh.save(join(folder, 'torus.obj'))).rejects.toThrow(/torus\.png cannot be written/);
    expect((await readdir(folder)).sort()).toEqual(['torus.obj', 'torus.png']);
    expect(await readFile(join(folder, 'torus.obj'), 'utf8')).toBe('old');
  });

  it('survives a clone, which is saved by saveMesh', async () => {
    for (const one of [mesh, bare]) {
      const clone = structuredClone(one);
      expectIdentical(clone, one);
      await saveMesh(join(folder, 'clone.glb'), clone);
    }
    expect(await readdir(folder)).toEqual(['clone.glb']);
  });
});
