/** File formats as pure functions over typed arrays; shared by Node and browsers. */
export * from './points.ts';
export * from './ply.ts';
export * from './glb.ts';
export * from './obj.ts';
export * from './npy.ts';
export * from './depth.ts';
