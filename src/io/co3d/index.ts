/** Frames of the data set CO3D: names, files and cameras. */
export { Co3dError } from './error.ts';
export { type Co3dFrame, frameOf, parseFrames } from './frames.ts';
export { cameraFor, worldToCamera } from './viewpoint.ts';
