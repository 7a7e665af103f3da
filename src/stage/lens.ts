/** Lenses: the window through which a camera looks. */
import { MathUtils, type Matrix4 } from 'three';
import type { Intrinsics } from '../pipeline/camera.ts';

/** Edges of the picture at distance 1 in front of the camera: x right, y up. */
export interface Lens {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Field of view of the shorter side of the canvas, in radians. */
export const FOV = MathUtils.degToRad(28);

/** The lens that an object is turned in front of. @param aspect width of the canvas divided by its height */
export function orbitLens(aspect: number): Lens {
  const half = Math.tan(FOV / 2);
  const [x, y] = [half * Math.max(1, aspect), half * Math.max(1, 1 / aspect)];
  return { left: -x, right: x, top: y, bottom: -y };
}

/** A photo's camera. */
export interface PhotoCamera {
  readonly intrinsics: Intrinsics;
  /** Size of the photo in pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * The lens of a photo's camera. The whole photo fits into the canvas and is in its middle, as a picture with `object-fit: contain`.
 * @param aspect width of the canvas divided by its height
 */
export function photoLens({ intrinsics, width, height }: PhotoCamera, aspect: number): Lens {
  const { fx, fy, cx, cy } = intrinsics;
  // Intrinsics are those of integer pixel coordinates: the middle of the first pixel is 0, and its edge -0.5.
  const middle = { x: (width - 1) / 2, y: (height - 1) / 2 };
  const half = { x: Math.max(width, height * aspect) / 2, y: Math.max(height, width / aspect) / 2 };
  return {
    left: (middle.x - half.x - cx) / fx,
    right: (middle.x + half.x - cx) / fx,
    top: (cy - middle.y + half.y) / fy,
    bottom: (cy - middle.y - half.y) / fy,
  };
}

/** A lens between two others. @param share 0 is `from`, 1 is `to` */
export function mixLenses(from: Lens, to: Lens, share: number): Lens {
  const mix = (edge: keyof Lens): number => MathUtils.lerp(from[edge], to[edge], share);
  return { left: mix('left'), right: mix('right'), top: mix('top'), bottom: mix('bottom') };
}

/** Writes the projection of a lens. @param near, far distances between which something is drawn */
export function project(lens: Lens, near: number, far: number, out: Matrix4): void {
  out.makePerspective(near * lens.left, near * lens.right, near * lens.top, near * lens.bottom, near, far);
}
