/** Pictures of triangle meshes with vertex colors or a texture: a rasterizer of compute passes. */
import { expect, expectDtype, expectRank, expectShape } from '../check.ts';
import { type Dispatch, operand, type Operand, type Uniform } from '../dispatch.ts';
import { fill } from '../fill/fill.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import sceneWgsl from '../shared/scene.wgsl';
import { type PictureSize, type View, viewParams } from '../shared/view.ts';
import textureWgsl from './colors.texture.wgsl';
import verticesWgsl from './colors.vertices.wgsl';
import linearWgsl from './linear.wgsl';
import coverWgsl from './renderMesh.cover.wgsl';
import flatWgsl from './renderMesh.flat.wgsl';
import projectWgsl from './renderMesh.project.wgsl';
import shadeWgsl from './renderMesh.shade.wgsl';
import surfaceWgsl from './renderMesh.surface.wgsl';
import trianglesWgsl from './triangles.wgsl';

/**
 * vertices [n, 3] f32 · normals [n, 3] f32, unit vectors · triangles [m, 3] u32, counterclockwise as seen from outside in
 * a frame whose y points down and z forward. Colors: colors [n] u32 (RGBA8 words, r in the low byte), or uv [n, 2] f32
 * (0..1, (0, 0) is the top left corner) and texture [H, W] u32 (RGBA8 words).
 */
export type MeshOperands<T extends Operand = Operand> = {
  readonly vertices: T;
  readonly normals: T;
  readonly triangles: T;
} & ({ readonly colors: T } | { readonly uv: T; readonly texture: T });

/** How a mesh is drawn. */
export interface Drawing {
  readonly size: PictureSize;
  readonly views: readonly View[];
  /**
   * With light, parts of the surface that are up to `reach` apart (in the vertices' unit) shade each other, and the
   * picture is opaque. Without light (null) the picture has the surface's own colors, and its alpha is coverage.
   */
  readonly light: { readonly reach: number } | null;
  /** Samples of a pixel along each of its sides. */
  readonly samples: number;
}

/** Units of the screen to a sample: UNIT in triangles.wgsl. */
export const UNIT = 256;
/** Triangles of a workgroup. */
const GROUP = 64;
/** Workgroups that a mesh of few triangles is spread over. */
const ENOUGH_GROUPS = 64;
/** Every adapter binds 128 MiB: so many samples of a view, u32, and pixels, vec4f, are in work at once. */
const MAX_SAMPLES = 2 ** 25;
const MAX_PIXELS = 2 ** 23;

/**
 * Draws a mesh -> picture [height, width] u32, RGBA8 words. Pixels outside all views are 0 without light, and undefined
 * with light. Both sides of triangles are drawn. A triangle is left out if it has no area, if one of its vertices is
 * not between `near` and `far`, or if one is more than 16384 samples away from the optical axis on the screen.
 * The nearest triangle of each sample is found with integer atomics: same input, same bits.
 * @throws ShapeError if shapes or types do not fit, the mesh has no triangles, there is no view, a view leaves the
 *   picture, or a view with light is too large
 */
export function renderMesh(mesh: MeshOperands, { size, views, light, samples }: Drawing): Dispatch[] {
  const { n, m, textureSize, colorsWgsl, colorInputs } = checked(mesh);
  expect(views.length > 0, 'renderMesh', 'there is no view to draw; give at least one.');
  expect(
    light === null || light.reach > 0,
    'renderMesh',
    `the reach of shadows is ${light?.reach}; it must be positive.`,
  );
  expect(
    Number.isInteger(samples) && samples >= 1 && samples <= 8,
    'renderMesh',
    `a pixel has ${samples} samples along its side; give 1 to 8.`,
  );
  const parts = views.flatMap((view) => partsOf(view, samples, light !== null, viewParams('renderMesh', view, size)));
  const pixels = Math.max(1, ...parts.map(({ width, height }) => width * height));
  const screen = operand([n, 4]);
  const nearest = operand([pixels * samples ** 2], 'u32');
  const owner = operand([pixels * samples ** 2], 'u32');
  const surface = operand([pixels, 4]);
  const relief = operand([pixels, 4]);
  const picture = operand([size.height, size.width], 'u32');
  const drawPart = ({ width, height, view }: Part): Dispatch[] => {
    const common = {
      kernel: 'renderMesh',
      constants: { samples },
      params: { ...view, n, m, reach: light?.reach ?? 0, textureSize },
    };
    const groups = splitGrid(ceilDiv(m, GROUP));
    const cover = {
      ...common,
      wgsl: [gridWgsl, trianglesWgsl, coverWgsl],
      inputs: [screen, mesh.triangles],
      outputs: [nearest, owner],
      workgroups: [groups[0], groups[1], ceilDiv(ENOUGH_GROUPS, groups[0] * groups[1])] as const,
      flops: 500 * m + 50 * width * height * samples ** 2,
    };
    const perPixel = { ...common, workgroups: [ceilDiv(width, 8), ceilDiv(height, 8), 1] as const };
    return [
      {
        ...common,
        wgsl: [gridWgsl, trianglesWgsl, projectWgsl],
        inputs: [mesh.vertices],
        outputs: [screen],
        workgroups: splitGrid(ceilDiv(n, GROUP)),
        flops: 40 * n,
      },
      fill(nearest, 0),
      fill(owner, 0xffffffff),
      cover,
      { ...cover, constants: { samples, own: 1 } },
      {
        ...perPixel,
        wgsl: [linearWgsl, trianglesWgsl, colorsWgsl, surfaceWgsl],
        inputs: [screen, mesh.triangles, mesh.normals, owner, ...colorInputs],
        outputs: [surface, relief],
        flops: 150 * width * height * samples ** 2,
      },
      light === null
        ? {
            ...perPixel,
            wgsl: [linearWgsl, trianglesWgsl, flatWgsl],
            inputs: [surface],
            outputs: [picture],
            flops: 20 * width * height,
          }
        : {
            ...perPixel,
            wgsl: [linearWgsl, trianglesWgsl, sceneWgsl, shadeWgsl],
            inputs: [surface, relief],
            outputs: [picture],
            flops: 1500 * width * height,
          },
    ];
  };
  return [...(light === null ? [fill(picture, 0)] : []), ...parts.flatMap(drawPart)];
}

/** Sizes of a mesh whose operands fit together, and how its colors are read. */
function checked(mesh: MeshOperands) {
  const { vertices, normals, triangles } = mesh;
  expectRank('renderMesh', { vertices, triangles }, 2);
  const [n, m] = [vertices.shape[0], triangles.shape[0]];
  expectShape('renderMesh', { vertices, normals }, [n, 3]);
  expectShape('renderMesh', { triangles }, [m, 3]);
  expectDtype('renderMesh', { vertices, normals }, 'f32');
  expectDtype('renderMesh', { triangles }, 'u32');
  expect(n > 0 && m > 0, 'renderMesh', `the mesh has ${n} vertices and ${m} triangles; there is nothing to draw.`);
  if ('colors' in mesh) {
    const { colors } = mesh;
    expectShape('renderMesh', { colors }, [n]);
    expectDtype('renderMesh', { colors }, 'u32');
    return { n, m, textureSize: [0, 0], colorsWgsl: verticesWgsl, colorInputs: [colors, null] };
  }
  const { uv, texture } = mesh;
  expectShape('renderMesh', { uv }, [n, 2]);
  expectRank('renderMesh', { texture }, 2);
  expectDtype('renderMesh', { uv }, 'f32');
  expectDtype('renderMesh', { texture }, 'u32');
  const [H, W] = texture.shape;
  expect(H > 0 && W > 0, 'renderMesh', `the texture has ${W} x ${H} pixels; it needs at least one.`);
  return { n, m, textureSize: [W, H], colorsWgsl: textureWgsl, colorInputs: [uv, texture] };
}

/** A view that is worked on at once, as its size and the parameters that say where it is. */
interface Part {
  readonly width: number;
  readonly height: number;
  readonly view: Record<string, Uniform>;
}

/** The view in parts that fit into memory: bands of rows. Light needs the whole view, so it is not divided then. */
function partsOf(
  { rect: { left, top, right, bottom }, far }: View,
  samples: number,
  lit: boolean,
  params: Record<string, Uniform>,
): Part[] {
  const width = right - left;
  const rows = Math.floor(Math.min(MAX_SAMPLES / samples ** 2, MAX_PIXELS) / width);
  expect(
    rows >= (lit ? bottom - top : 1),
    'renderMesh',
    `a view of ${width} x ${bottom - top} with ${samples} x ${samples} samples a pixel exceeds 128 MiB. Make it smaller.`,
  );
  const unit = samples * UNIT;
  return Array.from({ length: ceilDiv(bottom - top, rows) }, (_, i) => {
    const start = top + i * rows;
    const end = Math.min(start + rows, bottom);
    const origin = [(left - (left + right) / 2) * unit, (start - (top + bottom) / 2) * unit];
    return { width, height: end - start, view: { ...params, far, rect: [left, start, right, end], origin } };
  });
}
