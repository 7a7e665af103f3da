/** Focal length of a photo, from what the user said, from EXIF, or by default. */
import { DEFAULT_FOV, focalFromFov } from '../pipeline/camera.ts';
import type { Photo } from '../pipeline/photo.ts';
import type { CameraOptions } from './options.ts';

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
  const pixels = focalFromFov(photo.width, fov ?? DEFAULT_FOV);
  return { pixels, source: fov === undefined ? 'default' : 'option --fov' };
}
