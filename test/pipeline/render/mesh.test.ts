import { describe, expect, it } from 'vitest';
import { sharedFor } from '../../../src/graph/shared.ts';
import type { Mesh, TexturedMesh } from '../../../src/pipeline/mesh.ts';
import { renderFromCamera, renderMeshSheet } from '../../../src/pipeline/render/mesh.ts';
import type { Picture } from '../../../src/pipeline/render/picture.ts';
import { testDevice } from '../../setup/evaluate.ts';

const COLORS = {
  front: [220, 40, 40], // red
  right: [40, 200, 40], // green
  back: [40, 40, 220], // blue
  left: [220, 200, 40], // yellow
  top: [200, 200, 200], // gray
  below: [20, 20, 20], // black
};

/** Sides of a cube: outward normal and two directions along the side whose cross product it is. */
const SIDES = [
  { color: COLORS.front, normal: [0, 0, -1], u: [0, 1, 0], v: [1, 0, 0] },
  { color: COLORS.right, normal: [1, 0, 0], u: [0, 1, 0], v: [0, 0, 1] },
  { color: COLORS.back, normal: [0, 0, 1], u: [1, 0, 0], v: [0, 1, 0] },
  { color: COLORS.left, normal: [-1, 0, 0], u: [0, 0, 1], v: [0, 1, 0] },
  { color: COLORS.top, normal: [0, -1, 0], u: [1, 0, 0], v: [0, 0, 1] },
  { color: COLORS.below, normal: [0, 1, 0], u: [0, 0, 1], v: [1, 0, 0] },
];

/** A cube of 12 triangles, 0.8 m wide and 5 m away; x right, y down, z away. */
function cube(): Mesh {
  const corners = SIDES.flatMap((side) =>
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ].map(([a, b]) => ({ ...side, at: side.normal.map((n, k) => n + a * side.u[k] + b * side.v[k]) })),
  );
  return {
    xyz: Float32Array.from(corners.flatMap(({ at: [x, y, z] }) => [0.4 * x, 0.4 * y, 0.4 * z + 5])),
    normals: Float32Array.from(corners.flatMap(({ normal }) => normal)),
    rgb: Uint8Array.from(corners.flatMap(({ color }) => color)),
    triangles: Uint32Array.from(SIDES.flatMap((_, i) => [0, 1, 2, 0, 2, 3].map((k) => 4 * i + k))),
  };
}

/** The same cube with a texture of a pixel for each side. */
function texturedCube(): TexturedMesh {
  const { xyz, normals, triangles } = cube();
  return {
    xyz,
    normals,
    triangles,
    uv: Float32Array.from({ length: 48 }, (_, k) => (k % 2 === 0 ? (Math.floor(k / 8) + 0.5) / 6 : 0.5)),
    texture: { width: 6, height: 1, rgba: Uint8Array.from(SIDES.flatMap(({ color }) => [...color, 255])) },
  };
}

const at = ({ width, rgba }: Picture, x: number, y: number) => [
  ...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];

describe('renderMeshSheet', () => {
  it.each([
    ['colors', cube()],
    ['a texture', texturedCube()],
  ])('shows front, right, back, left and top of a mesh with %s', async (_, mesh) => {
    const sheet = await renderMeshSheet(sharedFor(await testDevice()), mesh, { height: 120 });
    expect([sheet.width, sheet.height, sheet.rgba.length]).toEqual([240, 120, 240 * 120 * 4]);
    /** Which channels are the strong ones. */
    const hue = (x: number, y: number) =>
      at(sheet, x, y)
        .slice(0, 3)
        .map((c) => (c > 110 ? 1 : 0));
    expect(hue(60, 64)).toEqual([1, 0, 0]);
    expect(hue(150, 32)).toEqual([0, 1, 0]);
    expect(hue(210, 32)).toEqual([0, 0, 1]);
    expect(hue(150, 92)).toEqual([1, 1, 0]);
    expect(hue(210, 90)).toEqual([1, 1, 1]);
    // Corners of all views are background: light, opaque.
    for (const [x, y] of [
      [1, 1],
      [118, 118],
      [122, 2],
      [238, 118],
    ]) {
      expect(Math.min(...at(sheet, x, y).slice(0, 3))).toBeGreaterThan(190);
    }
    expect(sheet.rgba.filter((_, i) => i % 4 === 3).every((a) => a === 255)).toBe(true);
  });

  it('shows colors of the front as they are, but for a little light', async () => {
    const sheet = await renderMeshSheet(sharedFor(await testDevice()), cube(), { height: 64 });
    const [r, g, b] = at(sheet, 32, 34);
    expect(Math.abs(r - COLORS.front[0])).toBeLessThan(20);
    expect(g).toBe(b);
    expect(Math.abs(g - COLORS.front[1])).toBeLessThan(6);
  });

  it('names parts that do not fit', async () => {
    const shared = sharedFor(await testDevice());
    const mesh = cube();
    const texture = texturedCube();
    const rejects = (wrong: Mesh | TexturedMesh, message: RegExp) =>
      expect(renderMeshSheet(shared, wrong, { height: 32 })).rejects.toThrow(message);
    await rejects({ ...mesh, triangles: new Uint32Array(0) }, /24 vertices and 0 triangles; there is nothing to draw/);
    await rejects({ ...mesh, triangles: Uint32Array.of(0, 1, 24) }, /has the vertex 24; the mesh has 24 vertices/);
    await rejects({ ...mesh, normals: new Float32Array(3) }, /24 vertices and 1 normals/);
    await rejects({ ...mesh, rgb: new Uint8Array(3) }, /24 points and 1 colors/);
    await rejects({ ...texture, uv: new Float32Array(2) }, /24 vertices and 1 places in the texture/);
    await rejects(
      { ...texture, texture: { ...texture.texture, height: 2 } },
      /texture is 6 x 2 and has 24 bytes; each pixel needs 4/,
    );
  });
});

describe('renderFromCamera', () => {
  // The cube's front is 4.6 m away, so it is 0.8 / 4.6 * fx pixels wide.
  const camera = { fx: 115, fy: 57.5, cx: 20, cy: 40 };
  const size = { width: 50, height: 60 };

  it('puts the mesh where the photo shows it, in its own colors', async () => {
    const picture = await renderFromCamera(sharedFor(await testDevice()), texturedCube(), camera, size);
    expect([picture.width, picture.height]).toEqual([50, 60]);
    // Coordinates of pixels are their indices: the front covers 10 to 30 and 35 to 45, both ends in the middle of a pixel.
    for (let y = 36; y < 45; y++) {
      for (let x = 11; x < 30; x++) expect(at(picture, x, y)).toEqual([...COLORS.front, 255]);
    }
    for (const [x, y] of [
      [9, 40],
      [31, 40],
      [20, 34],
      [20, 46],
    ]) {
      expect(at(picture, x, y)).toEqual([0, 0, 0, 0]);
    }
    for (const [x, y] of [
      [10, 40],
      [30, 40],
      [20, 35],
      [20, 45],
    ]) {
      const [r, g, b, coverage] = at(picture, x, y);
      expect([r, g, b]).toEqual(COLORS.front);
      expect(coverage).toBeGreaterThan(255 * 0.4);
      expect(coverage).toBeLessThan(255 * 0.6);
    }
  });

  it('needs a mesh in front of the camera', async () => {
    const mesh = cube();
    const behind = { ...mesh, xyz: mesh.xyz.map((v, k) => (k % 3 === 2 ? v - 5 : v)) };
    await expect(renderFromCamera(sharedFor(await testDevice()), behind, camera, size)).rejects.toThrow(
      /begins at a depth of -0.4.*must lie in front of the camera/,
    );
  });
});
