/** Files whose readers need a browser, read by three in Chromium: 3MF, and what has a texture. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMesh, type MeshFormatName } from '../../../src/io/index.ts';
import { openBuiltPage, type BuiltPage } from '../../setup/builtPage.ts';
import { corners, expectTriangles, onPrintBed, torusToEncode, yUp } from '../../setup/meshFiles.ts';
import { texturedTorus, torus } from '../../setup/meshes.ts';

/** Reads a file, and gives the corners of its triangles as they stand in the scene, with the sRGB color of each. */
const PAGE = `
  import { Color } from 'three';
  import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
  import { ThreeMFLoader } from 'three/examples/jsm/loaders/3MFLoader.js';
  import { USDLoader } from 'three/examples/jsm/loaders/USDLoader.js';

  const readers = {
    glb: async (buffer) => (await new GLTFLoader().parseAsync(buffer, '')).scene,
    usdz: (buffer) => new Promise((resolve, reject) => new USDLoader().parse(buffer, '', resolve, reject)),
    '3mf': async (buffer) => new ThreeMFLoader().parse(buffer),
  };

  export async function read(format, base64) {
    const scene = await readers[format](Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
    scene.updateMatrixWorld(true);
    const meshes = [];
    scene.traverse((object) => object.isMesh && meshes.push(object));
    const [mesh] = meshes;
    const geometry = mesh.geometry.index ? mesh.geometry.toNonIndexed() : mesh.geometry;
    const colorAt = mesh.material.map ? sampler(mesh.material.map, geometry.attributes.uv) : painted(geometry.attributes.color);
    const indices = Array.from({ length: geometry.attributes.position.count }, (_, i) => i);
    return {
      meshes: meshes.length,
      own: [...geometry.attributes.position.array],
      placed: [...geometry.clone().applyMatrix4(mesh.matrixWorld).attributes.position.array],
      colors: indices.map(colorAt),
      side: mesh.material.side,
    };
  }

  const painted = (color) => (i) => new Color().fromBufferAttribute(color, i).getHex();

  function sampler({ image, flipY }, uv) {
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    const pick = (part, size) => Math.min(size - 1, Math.floor(part * size));
    return (i) => {
      const v = flipY ? 1 - uv.getY(i) : uv.getY(i);
      const { data } = context.getImageData(pick(uv.getX(i), image.width), pick(v, image.height), 1, 1);
      return (data[0] << 16) | (data[1] << 8) | data[2];
    };
  }
`;

interface Read {
  readonly meshes: number;
  /** Corners of the triangles as they are in the file, and with the transforms of the scene. */
  readonly own: number[];
  readonly placed: number[];
  /** 0xRRGGBB of each corner. */
  readonly colors: number[];
  readonly side: number;
}

let page: BuiltPage;
beforeAll(async () => {
  page = await openBuiltPage(PAGE);
}, 60_000);
afterAll(() => page?.close());

async function read(format: MeshFormatName): Promise<Read> {
  const files = await encodeMesh(format, await torusToEncode(), 'torus');
  return (await page.call('read', format, Buffer.from(files[`torus.${format}`]).toString('base64'))) as Read;
}

/** How far the channels of two 0xRRGGBB are apart at most. */
const apart = (a: number, b: number): number =>
  Math.max(...[16, 8, 0].map((shift) => Math.abs(((a >> shift) & 255) - ((b >> shift) & 255))));

/** The color of the texel at the texture coordinates of each corner. */
function texels(): number[] {
  const { uv, triangles, texture } = texturedTorus();
  const pick = (part: number, size: number) => Math.min(size - 1, Math.floor(part * size));
  return Array.from(triangles, (vertex) => {
    const [x, y] = [pick(uv[2 * vertex], texture.width), pick(uv[2 * vertex + 1], texture.height)];
    const [red, green, blue] = texture.rgba.subarray(4 * (y * texture.width + x));
    return (red << 16) | (green << 8) | blue;
  });
}

/** Texture coordinates that were turned upside down may be rounded into the next texel, which differs by 8. */
const NEXT_TEXEL = 9;

describe('three, in Chromium,', () => {
  it('reads a textured GLB', async () => {
    const { meshes, own, placed, colors, side } = await read('glb');
    expect([meshes, side]).toEqual([1, 0]);
    expectTriangles(own, corners(texturedTorus(), yUp));
    expect(placed).toEqual(own);
    expect(colors).toEqual(texels());
  });

  it('reads a USDZ, which stands on the floor at the origin', async () => {
    const { meshes, own, placed, colors } = await read('usdz');
    expect(meshes).toBe(1);
    expectTriangles(own, corners(texturedTorus(), yUp));
    texels().forEach((texel, i) => expect(apart(colors[i], texel)).toBeLessThanOrEqual(NEXT_TEXEL));
    const range = [0, 1, 2]
      .map((axis) => placed.filter((_, i) => i % 3 === axis))
      .map((all) => [Math.min(...all), Math.max(...all)]);
    expect(Math.abs(range[0][0] + range[0][1])).toBeLessThan(1e-6);
    expect(Math.abs(range[1][0])).toBeLessThan(1e-6);
    expect(Math.abs(range[2][0] + range[2][1])).toBeLessThan(1e-6);
    expectTriangles(
      placed.map((value, i) => value - placed[i % 3]),
      own.map((value, i) => value - own[i % 3]),
      1e-6,
    );
  });

  it('reads a 3MF in millimeters, with z up and the colors of the vertices', async () => {
    const { meshes, own, colors } = await read('3mf');
    expect(meshes).toBe(1);
    const mesh = torus();
    expectTriangles(own, corners(mesh, onPrintBed(mesh)), 1e-4);
    const expected = Array.from(mesh.triangles, (vertex) => {
      const [red, green, blue] = mesh.rgb.subarray(3 * vertex);
      return (red << 16) | (green << 8) | blue;
    });
    expect(colors).toEqual(expected);
  });
});
