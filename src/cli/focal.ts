/** Focal length of a photo, from what the user said, from EXIF, or by default. */
import type { Photo } from '../pipeline/photo.ts';
import type { CameraOptions } from './options.ts';

/** Horizontal field of view in degrees when nothing is known, as in the original demo. */
export const DEFAULT_FOV = 55;

/** Width of 35 mm film, in millimetres. */
const FILM_WIDTH = 36;

export interface Focal {
  /** Pixels of the photo as decoded. */
  pixels: number;
  source: 'option --focal' | 'option --fov' | 'EXIF' | 'default';
}

/**
 * The focal length in pixels. A 35 mm equivalent belongs to the longer side of the photo.
 * `--focal` is in pixels of the file; a photo that was reduced on decoding scales it.
 */
export function focalOf(photo: Photo, { focal, fov }: CameraOptions): Focal {
  if (focal !== undefined) {
    return { pixels: (focal * photo.width) / (photo.original ?? photo).width, source: 'option --focal' };
  }
  if (fov === undefined && photo.focal35mm !== undefined) {
    return { pixels: (photo.focal35mm / FILM_WIDTH) * Math.max(photo.width, photo.height), source: 'EXIF' };
  }
  const halfAngle = ((fov ?? DEFAULT_FOV) * Math.PI) / 360;
  return {
    pixels: (0.5 * photo.width) / Math.tan(halfAngle),
    source: fov === undefined ? 'default' : 'option --fov',
  };
}
