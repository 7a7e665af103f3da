/** The photo's camera: its focal length, from the caller or from EXIF, and its intrinsics in pixels. */
import { DEFAULT_FOV } from './defaults.ts';
import type { Photo } from './photo.ts';

/** A pinhole camera, in pixels: the ray of pixel (u, v) has the direction ((u - cx) / fx, (v - cy) / fy, 1). */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** Focal length in pixels of a photo `width` pixels wide. @throws RangeError unless 0 < degrees < 180 */
export function focalFromFov(width: number, degrees: number): number {
  if (!(degrees > 0 && degrees < 180)) {
    throw new RangeError(`A field of view of ${degrees} degrees is not between 0 and 180.`);
  }
  return (0.5 * width) / Math.tan(0.5 * ((degrees * Math.PI) / 180));
}

/**
 * The camera of a photo: one focal length for both axes, and the principal point in the middle of the photo.
 * as in the released code: the middle is (W / 2, H / 2) for integer pixel coordinates, without a half-pixel shift.
 * @param focal in pixels
 * @throws RangeError unless focal is positive and finite
 */
export function intrinsicsOf(
  photo: { readonly width: number; readonly height: number },
  focal = focalFromFov(photo.width, DEFAULT_FOV),
): Intrinsics {
  if (!(focal > 0 && focal < Infinity)) {
    throw new RangeError(`A focal length of ${focal} pixels is not a positive number.`);
  }
  return { fx: focal, fy: focal, cx: photo.width / 2, cy: photo.height / 2 };
}

/** Width of 35 mm film, in millimeters. */
const FILM_WIDTH = 36;

/** What the caller knows of the camera. With several, the first one here is used. */
export interface CameraOptions {
  /** The whole camera, in pixels of the decoded photo: pixel (u, v) has the ray of `Intrinsics`, without a half-pixel shift. */
  readonly camera?: Intrinsics;
  /** Focal length in pixels of the photo's file, also if the photo was reduced while decoding. */
  readonly focal?: number;
  /** Horizontal field of view in degrees. */
  readonly fov?: number;
}

/** A focal length and its source. */
export interface Focal {
  /** Focal length in pixels of the decoded photo. */
  readonly pixels: number;
  readonly source: 'camera' | 'focal' | 'fov' | 'EXIF' | 'default';
}

/**
 * The focal length of a photo: given by the caller, else from EXIF, else from a field of view of 55 degrees. EXIF gives
 * a 35 mm equivalent, which refers to the longer side of the photo.
 * @throws RangeError unless 0 < fov < 180
 */
export function focalOf(photo: Photo, { camera, focal, fov }: CameraOptions): Focal {
  if (camera) return { pixels: camera.fx, source: 'camera' };
  if (focal !== undefined) {
    return { pixels: (focal * photo.width) / (photo.original ?? photo).width, source: 'focal' };
  }
  if (fov === undefined && photo.focal35mm !== undefined) {
    return { pixels: (photo.focal35mm / FILM_WIDTH) * Math.max(photo.width, photo.height), source: 'EXIF' };
  }
  const pixels = focalFromFov(photo.width, fov ?? DEFAULT_FOV);
  return { pixels, source: fov === undefined ? 'default' : 'fov' };
}

/** [fx, fy, cx, cy], the order in which kernels read them. */
export const intrinsicsArray = ({ fx, fy, cx, cy }: Intrinsics): Float32Array => Float32Array.of(fx, fy, cx, cy);
