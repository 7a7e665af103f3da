/** Pictures of a mesh: the sheet, and what the photo's camera sees. */
import { renderMesh } from '../../graph/ops/mesh.ts';
import { buildAhead } from '../../graph/plan.ts';
import { Graph } from '../../graph/record.ts';
import type { RunOptions } from '../../graph/run.ts';
import type { Shared } from '../../graph/shared.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { HostArray } from '../../graph/transfer.ts';
import type { Drawing, MeshOperands } from '../../kernels/renderMesh/renderMesh.ts';
import type { PictureSize } from '../../kernels/shared/view.ts';
import type { Mesh, Texture, TexturedMesh } from '../mesh.ts';
import { packColors } from './cloud.ts';
import { draw, type Picture } from './picture.ts';
import { frameOf, photoView, type Pinhole, sheetViews } from './views.ts';

/** Samples of a pixel along each of its sides. Coverage of the photo's pixels is measured, so it gets more. */
const SAMPLES = { sheet: 2, photo: 3 } as const;
const SHEET_HEIGHT = 640;
/** Distance up to which parts of the surface shade each other, in radii of the object. */
const REACH = 0.3;

/**
 * Draws a sheet of a mesh, with the same views as `renderSheet`: twice as wide as high; the left half shows the mesh from
 * the photo's camera, the right half its right side and its back, and below them its left side and its top.
 * @param mesh in any unit: x right, y down, z forward
 * @param height in pixels, an even number; 640 by default
 * @throws RangeError if the parts of the mesh do not fit together; ShapeError if it has no triangles; Canceled;
 *   DeviceError
 */
export async function renderMeshSheet(
  shared: Shared,
  mesh: Mesh | TexturedMesh,
  { height = SHEET_HEIGHT, ...run }: { height?: number } & RunOptions = {},
): Promise<Picture> {
  return drawMesh(shared, mesh, sheetOf(mesh, height), run);
}

function sheetOf({ xyz }: Pick<Mesh, 'xyz'>, height: number): Drawing {
  const frame = frameOf(xyz, 0);
  const size = { width: 2 * height, height };
  const light = { reach: REACH * frame.radius };
  return { size, views: sheetViews(frame, height), light, samples: SAMPLES.sheet };
}

/**
 * Draws a mesh as the photo's camera sees it, in its own colors, without light: to be laid over the photo, or compared
 * with it. Alpha is the share of a pixel that the mesh covers; pixels without the mesh are 0.
 * @param mesh in the camera's frame: x right, y down, z forward
 * @param camera in pixels of the picture
 * @throws RangeError if the parts of the mesh do not fit together, or it reaches behind the camera; ShapeError if it has
 *   no triangles; Canceled; DeviceError
 */
export async function renderFromCamera(
  shared: Shared,
  mesh: Mesh | TexturedMesh,
  camera: Pinhole,
  size: PictureSize,
  run: RunOptions = {},
): Promise<Picture> {
  const views = [photoView(mesh.xyz, camera, size)];
  return drawMesh(shared, mesh, { size, views, light: null, samples: SAMPLES.photo }, run);
}

/** Builds the pipelines of `renderMeshSheet`, for meshes with a texture or without. @throws KernelError, DeviceError */
export async function buildSheetAhead(shared: Shared, hasTexture: boolean): Promise<void> {
  const triangle = {
    xyz: Float32Array.of(0, 0, 1, 1, 0, 1, 0, 1, 1),
    normals: Float32Array.of(0, 0, -1, 0, 0, -1, 0, 0, -1),
    triangles: Uint32Array.of(0, 1, 2),
    rgb: new Uint8Array(9),
  };
  const texture = { width: 1, height: 1, rgba: new Uint8Array(4) };
  const mesh = hasTexture ? { ...triangle, uv: new Float32Array(6), texture } : triangle;
  const { graph, picture } = recorded(mesh, sheetOf(mesh, SHEET_HEIGHT));
  await buildAhead(shared, graph, { outputs: { picture } });
}

function drawMesh(shared: Shared, mesh: Mesh | TexturedMesh, drawing: Drawing, run: RunOptions): Promise<Picture> {
  const { graph, picture, inputs } = recorded(mesh, drawing);
  return draw(shared, graph, picture, inputs, run);
}

/** The graph that draws a mesh, and its inputs. */
function recorded(mesh: Mesh | TexturedMesh, drawing: Drawing) {
  const graph = new Graph();
  const inputs: Record<string, HostArray> = {};
  const input = (name: string, data: Float32Array | Uint32Array, shape: readonly number[]): Tensor => {
    inputs[name] = data;
    return graph.input(name, shape, data instanceof Float32Array ? 'f32' : 'u32');
  };
  return { graph, picture: renderMesh(operandsOf(mesh, input), drawing), inputs };
}

/** @param input declares an input of the graph */
function operandsOf(
  mesh: Mesh | TexturedMesh,
  input: (name: string, data: Float32Array | Uint32Array, shape: readonly number[]) => Tensor,
): MeshOperands<Tensor> {
  const { xyz, normals, triangles } = mesh;
  const n = xyz.length / 3;
  if (normals.length !== xyz.length) {
    throw new RangeError(`There are ${n} vertices and ${normals.length / 3} normals; each vertex needs one.`);
  }
  const stray = triangles.find((vertex) => vertex >= n);
  if (stray !== undefined) {
    throw new RangeError(`A triangle has the vertex ${stray}; the mesh has ${n} vertices, counted from 0.`);
  }
  const shape = {
    vertices: input('vertices', xyz, [n, 3]),
    normals: input('normals', normals, [n, 3]),
    triangles: input('triangles', triangles, [triangles.length / 3, 3]),
  };
  if (!('texture' in mesh)) return { ...shape, colors: input('colors', packColors(mesh), [n]) };
  const { uv, texture } = mesh;
  if (uv.length !== 2 * n) {
    throw new RangeError(`There are ${n} vertices and ${uv.length / 2} places in the texture; each vertex needs one.`);
  }
  return {
    ...shape,
    uv: input('uv', uv, [n, 2]),
    texture: input('texture', wordsOf(texture), [texture.height, texture.width]),
  };
}

/** RGBA8 words of a picture. */
function wordsOf({ width, height, rgba }: Texture): Uint32Array {
  if (rgba.length !== 4 * width * height) {
    throw new RangeError(`The texture is ${width} x ${height} and has ${rgba.length} bytes; each pixel needs 4.`);
  }
  // A copy: words must begin at a multiple of four bytes.
  return new Uint32Array(rgba.slice().buffer);
}
