/** Ops on triangle meshes. */
import {
  type Drawing,
  type MeshOperands,
  renderMesh as renderMeshKernel,
} from '../../kernels/renderMesh/renderMesh.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

const renderMeshOp = defineOp<MeshOperands<Tensor>, Drawing>({
  name: 'renderMesh',
  lower: (_, mesh, drawing) => renderMeshKernel(mesh, drawing),
});

/**
 * Draws a mesh: vertices and normals [n, 3], triangles u32 [m, 3], and colors u32 [n] or uv [n, 2] with a texture u32
 * [H, W] -> picture u32 [height, width]. Colors, texture and picture are RGBA8 words.
 * @throws ShapeError if these do not fit together or the mesh has no triangles
 */
export const renderMesh = (mesh: MeshOperands<Tensor>, drawing: Drawing): Tensor => renderMeshOp.record(mesh, drawing);
