/** Keeps what a reconstruction had finished when devices were lost one after the other: a later run can go on with it. */
import { join } from 'node:path';
import { OutputFolder } from '../../host/node/files.ts';
import type { DeviceLostError } from '../../pipeline/deviceLost.ts';
import type { Photo } from '../../pipeline/photo.ts';
import { depthFiles, maskFile } from './outputs.ts';

/** Folder within that of the output: a whole result of an earlier run stays as it is. */
const UNFINISHED = 'unfinished';

/**
 * Writes the mask and the depth, for `--mask` and `--depth-map`.
 * @returns the paths; none if the error is another one, or nothing was finished
 * @throws UserError if a file cannot be written
 */
export async function keepFound(error: unknown, photo: Photo, output: string): Promise<string[]> {
  if (!(error instanceof Error && error.name === 'DeviceLostError')) return [];
  const { mask, depth } = (error as DeviceLostError).found;
  if (!mask) return [];
  const folder = await OutputFolder.open(join(output, UNFINISHED));
  return folder.writeAll({
    'mask.png': await maskFile(mask, photo),
    ...(depth && (await depthFiles('depth.png', depth.meters, photo))),
  });
}
