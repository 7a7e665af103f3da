/** Cameras of CO3D, which are PyTorch3D's: x points left, y up, and lengths are in units of the picture's sides. */
import type { Intrinsics } from '../../pipeline/camera.ts';
import type { Size } from '../../pipeline/photo.ts';
import { Co3dError } from './error.ts';

export interface Co3dViewpoint {
  /** In pixels of the photo's file, in which the middle of the first pixel is (0.5, 0.5). */
  readonly intrinsics: Intrinsics;
  /** Where the camera is; undefined where the annotation does not say. */
  readonly pose?: Co3dPose;
}

/** x_camera = x_world R + T, in the unit of the sequence. */
interface Co3dPose {
  /** R, row by row. */
  readonly rotation: readonly number[];
  readonly translation: readonly number[];
}

/**
 * Half a side of the picture in pixels, which is the unit of the camera: that of the shorter side for both axes, or each axis its own.
 * Docs: PyTorch3D, "Cameras", NDC coordinates.
 */
const UNITS: Readonly<Record<string, (size: Size) => readonly [number, number]>> = {
  ndc_isotropic: ({ width, height }) => [Math.min(width, height) / 2, Math.min(width, height) / 2],
  ndc_norm_image_bounds: ({ width, height }) => [width / 2, height / 2],
};

/** The format of annotations that do not name one. */
const DEFAULT_FORMAT = 'ndc_norm_image_bounds';

/** @param frame its name, for messages @throws Co3dError if numbers are missing, or the intrinsics are in an unknown format */
export function viewpointOf(viewpoint: Record<string, unknown>, size: Size, frame: string): Co3dViewpoint {
  const format = viewpoint.intrinsics_format ?? DEFAULT_FORMAT;
  if (typeof format !== 'string' || !Object.hasOwn(UNITS, format)) {
    throw new Co3dError(
      `The camera of frame ${frame} has the intrinsics format ${JSON.stringify(format)}; ${Object.keys(UNITS).join(' and ')} are known.`,
    );
  }
  const numbers = (name: string, count: number): number[] => {
    const found = [viewpoint[name]].flat(2);
    if (found.length === count && found.every((value) => typeof value === 'number')) return found as number[];
    throw new Co3dError(`The camera of frame ${frame} has no "${name}" of ${count} numbers.`);
  };
  const [focalX, focalY] = numbers('focal_length', 2);
  const [pointX, pointY] = numbers('principal_point', 2);
  if (!(focalX > 0 && focalY > 0)) {
    throw new Co3dError(
      `The camera of frame ${frame} has focal lengths ${focalX} and ${focalY}, which are not above 0.`,
    );
  }
  const [unitX, unitY] = UNITS[format](size);
  const isPlaced = viewpoint.R !== undefined && viewpoint.T !== undefined;
  return {
    ...(isPlaced && { pose: { rotation: numbers('R', 9), translation: numbers('T', 3) } }),
    intrinsics: {
      fx: focalX * unitX,
      fy: focalY * unitY,
      // Left and up are positive there.
      cx: size.width / 2 - pointX * unitX,
      cy: size.height / 2 - pointY * unitY,
    },
  };
}

/**
 * The camera of the engine, whose pixel (0, 0) is the middle of the first pixel, for a photo that may have been reduced.
 * @param size of the photo's file
 * @param photo as it was decoded
 */
export function cameraFor({ intrinsics }: Co3dViewpoint, size: Size, photo: Size): Intrinsics {
  const [scaleX, scaleY] = [photo.width / size.width, photo.height / size.height];
  const { fx, fy, cx, cy } = intrinsics;
  return { fx: fx * scaleX, fy: fy * scaleY, cx: cx * scaleX - 0.5, cy: cy * scaleY - 0.5 };
}

/** Points of a sequence [n, 3] -> the same in the frame of a camera: x right, y down, z forward. */
export const worldToCamera = (xyz: Float32Array, { rotation, translation }: Co3dPose): Float32Array =>
  xyz.map((_, k) => {
    const [axis, start] = [k % 3, k - (k % 3)];
    const value = [0, 1, 2].reduce((sum, row) => sum + xyz[start + row] * rotation[3 * row + axis], translation[axis]);
    return axis < 2 ? -value : value;
  });
