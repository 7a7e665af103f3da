/** The stage, for the pages that show an object. */
export { depthColors, depthPicture, type DepthPicture } from '../io/depth.ts';
export { listenToKeys, type KeyActions } from './keys.ts';
export { ObjectStage, type Layer, type StageListener } from './objectStage.ts';
export type { OccupancyPoints } from './order.ts';
export type { Side } from './rig.ts';
export { Surface } from './surface.ts';
