/** Names of the mesh formats. This file imports nothing, so that help texts can list them cheaply. */

export const MESH_FORMAT_NAMES = ['glb', 'ply', 'obj', 'stl', 'usdz', '3mf'] as const;

/** Names of the formats. */
export type MeshFormatName = (typeof MESH_FORMAT_NAMES)[number];
