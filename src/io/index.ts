/** File formats as pure functions on typed arrays, for Node and browsers. */
export * from './points.ts';
export * from './ply.ts';
export * from './glb.ts';
export * from './mesh/formats.ts';
export { encodeSceneGlb, type NamedSurface } from './mesh/glb.ts';
export * from './mesh/names.ts';
export type { EncodedTexture, EncodedTexturedMesh } from './mesh/surface.ts';
export * from './obj.ts';
export * from './npy.ts';
export { type ExrDepth, ExrError, isExr, openExrDepth } from './exr/index.ts';
export * from './coco/index.ts';
export * from './co3d/index.ts';
export * from './pointAxes.ts';
export * from './resample.ts';
export * from './depth.ts';
export * from './viewPage.ts';
export { encodeRrd, type RecordedStages } from './rrd/recording.ts';
