/** Points of pixels, by the definition of intrinsics. */
import type { Intrinsics } from '../../src/pipeline/camera.ts';

/** Integer coordinates are the middles of pixels. */
export type Pixel = readonly [number, number];

/** The point that a pixel shows at a depth, in meters in the camera's frame: x right, y down, z forward. */
export const xyzAt = ({ fx, fy, cx, cy }: Intrinsics, [u, v]: Pixel, depth: number): [number, number, number] => [
  ((u - cx) / fx) * depth,
  ((v - cy) / fy) * depth,
  depth,
];
