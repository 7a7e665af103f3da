/** Checks of the kernels that draw points and meshes. */
import type { Sources } from '../../src/graph/evaluate.ts';
import { renderMesh } from '../../src/graph/ops/mesh.ts';
import { renderPoints } from '../../src/graph/ops/points.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { type MeshArrays, renderMeshRef } from '../../src/kernels/renderMesh/renderMesh.ref.ts';
import type { Drawing, MeshOperands } from '../../src/kernels/renderMesh/renderMesh.ts';
import { renderPointsRef } from '../../src/kernels/renderPoints/renderPoints.ref.ts';
import type { View } from '../../src/kernels/shared/view.ts';
import { meshCases } from '../cases/renderMesh.ts';
import { renderCases } from '../cases/renderPoints.ts';
import type { Expected, KernelCheck } from './check.ts';

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/** Two views of different size; the right one is turned upside down. */
const viewsOf = (width: number, top: number, focal: number): View[] => [
  { rect: { left: 0, top: 0, right: 45, bottom: 45 }, matrix: identity, focal, near: 0.5, far: 9 },
  {
    rect: { left: 45, top, right: width, bottom: 45 },
    matrix: identity.map((v, i) => (i === 0 || i === 5 ? -v : v)),
    focal: 40,
    near: 0.5,
    far: 9,
  },
];

/** Pixels of the views, and how many of them differ in a channel by more than `bound`. */
export function comparePixels(
  views: readonly View[],
  width: number,
  [actual, expected]: readonly [ArrayLike<number>, ArrayLike<number>],
  bound: number,
): { seen: number; different: number; covered: number } {
  let [seen, different, covered] = [0, 0, 0];
  for (const { rect } of views) {
    for (let y = rect.top; y < rect.bottom; y++) {
      for (let x = rect.left; x < rect.right; x++) {
        const [a, b] = [actual[y * width + x], expected[y * width + x]];
        seen++;
        if (b >>> 24 > 0) covered++;
        if ([0, 8, 16, 24].some((s) => Math.abs(((a >>> s) & 255) - ((b >>> s) & 255)) > bound)) different++;
      }
    }
  }
  return { seen, different, covered };
}

/**
 * The picture, of whose pixels one in a hundred may differ: rounding moves rims by a small part of a pixel and depths by a step,
 * so that a pixel that lies just there may fall to either side.
 */
const picture = (views: readonly View[], width: number, expected: ArrayLike<number>): Expected => ({
  bound: 0.01,
  error(actual) {
    const { seen, different } = comparePixels(views, width, [actual, expected], 2);
    return different / seen;
  },
});

/** The picture of points. */
export const pointsSize = { width: 72, height: 45 };
export const pointsViews = viewsOf(pointsSize.width, 3, 75);

export const colorsOf = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => (i * 2654435761) >>> 0);

export const renderPointsChecks: readonly KernelCheck[] = renderCases.map(({ name, points, radius }) => ({
  kernel: 'renderPoints',
  name: `draws ${name} as the reference does`,
  prepare() {
    const colors = colorsOf(points.length / 3);
    return {
      build: (s) => ({
        picture: renderPoints(
          s.input(points, [colors.length, 3]),
          s.input(colors, [colors.length]),
          pointsSize,
          radius,
          pointsViews,
        ),
      }),
      expected: () => ({
        picture: picture(
          pointsViews,
          pointsSize.width,
          renderPointsRef(points, colors, pointsSize, radius, pointsViews),
        ),
      }),
    };
  },
}));

/** The picture of a mesh, lit and in its own colors. */
export const meshSize = { width: 71, height: 45 };
export const meshViews = viewsOf(meshSize.width, 2, 64);
export const lit: Drawing = { size: meshSize, views: meshViews, light: { reach: 0.4 }, samples: 2 };
export const flat: Drawing = { ...lit, light: null, samples: 3 };

export function meshOperands({ input }: Sources, mesh: MeshArrays): MeshOperands<Tensor> {
  const f32 = (data: ArrayLike<number>, ...shape: number[]) => input(Float32Array.from(data), shape);
  const u32 = (data: ArrayLike<number>, ...shape: number[]) => input(Uint32Array.from(data), shape);
  const n = mesh.vertices.length / 3;
  const shape = {
    vertices: f32(mesh.vertices, n, 3),
    normals: f32(mesh.normals, n, 3),
    triangles: u32(mesh.triangles, mesh.triangles.length / 3, 3),
  };
  if ('colors' in mesh) return { ...shape, colors: u32(mesh.colors, n) };
  const { width, height, words } = mesh.texture;
  return { ...shape, uv: f32(mesh.uv, n, 2), texture: u32(words, height, width) };
}

export const renderMeshChecks: readonly KernelCheck[] = meshCases.flatMap(({ name, ...mesh }) =>
  (
    [
      ['', lit],
      [' without light', flat],
    ] as const
  ).map(([how, drawing]): KernelCheck => ({
    kernel: 'renderMesh',
    name: `draws ${name}${how} as the reference does`,
    prepare: () => ({
      build: (s) => ({ picture: renderMesh(meshOperands(s, mesh), drawing) }),
      expected: () => ({ picture: picture(meshViews, meshSize.width, renderMeshRef(mesh, drawing)) }),
    }),
  })),
);
