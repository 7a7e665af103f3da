/** Reads frames of the data set CO3D from its files: photo, mask, depth and camera. */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { cameraFor, Co3dError, type Co3dFrame, frameOf, parseFrames } from '../../io/index.ts';
import type { Intrinsics } from '../../pipeline/camera.ts';
import type { Photo } from '../../pipeline/photo.ts';
import { UserError } from '../errors.ts';
import { reasonOf } from './fileErrors.ts';
import { decodeHalfDepth, type DepthMap } from './geometryFile.ts';
import { decodePhoto } from './image.ts';
import { decodeProbabilities } from './maskFile.ts';

export interface DecodedFrame {
  readonly photo: Photo;
  /** [photo.height, photo.width] of 0 and 1: 1 on the object. */
  readonly mask: Uint8Array;
  /** In the unit of the sequence. */
  readonly depth: DepthMap;
  readonly camera: Intrinsics;
}

/** The largest annotations, uncompressed: more is no list of frames, and does not fit into a string. */
const MAX_BYTES = 2 ** 29 - 1;

/** Reads the list of all frames of a category. @throws UserError if the file cannot be read or is no such list */
export async function readFrames(path: string): Promise<readonly unknown[]> {
  const name = `annotations ${path}`;
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UserError(`The ${name} cannot be read: ${reasonOf(error)}.`, {
      hint: 'Give the frame_annotations.jgz in the folder of a category of CO3D.',
      cause: error,
    });
  });
  const text = await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES }).catch((error: unknown) => {
    throw new UserError(`The ${name} cannot be decompressed: ${reasonOf(error)}.`, {
      hint: 'It is damaged, or no frame_annotations.jgz of CO3D.',
      cause: error,
    });
  });
  return explained(path, () => parseFrames(text.toString()));
}

/** Finds a frame. @param path of the annotations, for messages @throws UserError with the nearest names if it is not there */
export const findFrame = (path: string, frames: readonly unknown[], key: string): Co3dFrame =>
  explained(path, () => frameOf(frames, key));

/**
 * Reads the files of a frame.
 * @param path of the annotations: other paths go from the folder above theirs
 * @throws UserError if one is missing, damaged or has another size than the annotations say
 */
export async function decodeFrame(path: string, frame: Co3dFrame): Promise<DecodedFrame> {
  const root = dirname(dirname(resolve(path)));
  const photo = await decodePhoto(join(root, frame.photo)).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    const hint = `The files of a frame lie as in the data set: ${join(root, 'CATEGORY', 'SEQUENCE', 'images')} and so on.`;
    throw new UserError(error.message, { hint: error.hint ?? hint, cause: error });
  });
  const { width, height } = photo.original ?? photo;
  if (width !== frame.size.width || height !== frame.size.height) {
    throw new UserError(
      `The photo ${frame.photo} has ${width} x ${height} pixels, but its annotation says ${frame.size.width} x ${frame.size.height}.`,
      { hint: 'The files belong to different versions of the data set.' },
    );
  }
  return {
    photo: { ...photo, name: `${frame.sequence}_${frame.number}` },
    mask: await decodeProbabilities(join(root, frame.mask), photo),
    depth: await decodeHalfDepth(join(root, frame.depth), photo, frame.depthScale),
    camera: cameraFor(frame.viewpoint, frame.size, photo),
  };
}

/** @throws UserError in place of Co3dError */
function explained<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Co3dError)) throw error;
    throw new UserError(`The annotations ${path} cannot be used. ${error.message}`, { cause: error });
  }
}
