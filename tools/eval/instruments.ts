/** What meshes are measured with, and points are not: a device that draws them, and a library that asks for solids. */
import Module, { type ManifoldToplevel } from 'manifold-3d';
import { Device } from '../../src/graph/device.ts';
import { sharedFor, type Shared } from '../../src/graph/shared.ts';
import { messageOf } from '../../src/host/errors.ts';
import { requestNodeAdapter, type AdapterChoice } from '../../src/host/node/adapter.ts';
import type { Intrinsics } from '../../src/pipeline/camera.ts';
import type { Mesh, TexturedMesh } from '../../src/pipeline/mesh.ts';
import type { Size } from '../../src/pipeline/photo.ts';
import { renderFromCamera } from '../../src/pipeline/render/mesh.ts';

export interface Instruments {
  /** What the photo's camera sees of a mesh, [height, width, 4] bytes: color, and the share of the pixel that is covered. */
  view(mesh: Mesh | TexturedMesh, camera: Intrinsics, photo: Size): Promise<Uint8Array>;
  /** Why the library manifold-3d does not take a mesh for a solid; undefined if it does. */
  refusal(mesh: Mesh): string | undefined;
}

/** Instruments on a device of their own, for the time of `work`. @throws UserError if there is no adapter; as `work` */
export async function withInstruments<T>(
  choice: AdapterChoice,
  work: (instruments: Instruments) => Promise<T>,
): Promise<T> {
  const { adapter, wait, release } = await requestNodeAdapter(choice);
  try {
    const device = await Device.create(adapter, { wait });
    try {
      return await work(await instrumentsOn(sharedFor(device)));
    } finally {
      device.dispose();
    }
  } finally {
    release();
  }
}

/** Instruments on a device. Exported for tests. */
export async function instrumentsOn(shared: Shared): Promise<Instruments> {
  const solids = await Module();
  solids.setup();
  return {
    view: async (mesh, camera, { width, height }) =>
      (await renderFromCamera(shared, mesh, camera, { width, height })).rgba,
    refusal: (mesh) => refusalOf(solids, mesh),
  };
}

function refusalOf({ Manifold, Mesh: Triangles }: ManifoldToplevel, { xyz, triangles }: Mesh): string | undefined {
  try {
    const solid = new Manifold(new Triangles({ numProp: 3, vertProperties: xyz, triVerts: triangles }));
    const status = solid.status();
    // Its memory is not the garbage collector's.
    solid.delete();
    return status === 'NoError' ? undefined : status;
  } catch (error) {
    if (error instanceof Error && error.name === 'ManifoldError') return messageOf(error);
    throw error;
  }
}
