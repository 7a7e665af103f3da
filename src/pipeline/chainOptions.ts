/** Checks of what a reconstruction is asked for, before the networks work for minutes. */
import type { Box } from '../../weights/config.ts';
import type { CameraOptions } from './camera.ts';
import { DEFAULT_GRANULARITY } from './defaults.ts';
import { gridOf } from './mcc/grid.ts';
import type { Photo } from './photo.ts';
import type { ChainOptions } from './photoTo3d.ts';
import { expectObject } from './prompts.ts';

/** An option has a value that means nothing. */
export class OptionError extends Error {
  override name = 'OptionError';
}

/** A photo made by hand may not hold what it says. @throws OptionError */
export function expectPhoto({ width, height, rgba }: Photo): void {
  const isSide = (n: number): boolean => Number.isInteger(n) && n > 0;
  if (isSide(width) && isSide(height) && rgba.length === 4 * width * height) return;
  throw new OptionError(
    `The photo is said to have ${width} x ${height} pixels and has ${rgba.length} bytes. ` +
      'Give four bytes (red, green, blue, 255) for each pixel, row by row.',
  );
}

/** @throws OptionError for a camera that cannot be */
export function expectCamera({ focal, fov }: CameraOptions): void {
  if (focal !== undefined && !(focal > 0 && focal < Infinity)) {
    throw new OptionError(`The focal length is ${focal}. Give a positive number of pixels.`);
  }
  if (fov !== undefined && !(fov > 0 && fov < 180)) {
    throw new OptionError(`The field of view is ${fov}. Give degrees between 0 and 180.`);
  }
}

/**
 * @param box of the grid that the weights were trained on
 * @throws OptionError, GridError, PromptError, GeometryError
 */
export function expectChainOptions(photo: Photo, options: ChainOptions, box?: Box): void {
  const { granularity = DEFAULT_GRANULARITY, gridBox = box, threshold, temperature, depth, pointMap } = options;
  expectPhoto(photo);
  expectObject(photo, options);
  gridOf(granularity, gridBox);
  if (threshold !== undefined && !(threshold > 0 && threshold < 1)) {
    throw new OptionError(`The threshold is ${threshold}; it is a probability. Give a number between 0 and 1.`);
  }
  if (temperature !== undefined && !(temperature > 0 && temperature < Infinity)) {
    throw new OptionError(`The temperature is ${temperature}. Give a positive number such as 0.1.`);
  }
  expectCamera(options);
  const pixels = photo.width * photo.height;
  const where = `the photo has ${photo.width} x ${photo.height} pixels`;
  if (depth && depth.length !== pixels) {
    throw new OptionError(`The depth has ${depth.length} values, ${where}. Give one for each pixel, row by row.`);
  }
  if (pointMap && pointMap.xyz.length !== 3 * pixels) {
    throw new OptionError(
      `The point map has ${pointMap.xyz.length} numbers, ${where}. Give x, y and z for each pixel, row by row.`,
    );
  }
}
