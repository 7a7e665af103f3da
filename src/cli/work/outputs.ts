/** The files of a result. */
import { randomUUID } from 'node:crypto';
import { encodeJpeg, encodeMaskPng, encodePng, encodePng16, encodeTexture, reducePng } from '../../host/node/encode.ts';
import { meshFiles } from '../../host/meshFiles.ts';
import {
  depthPreview,
  depthToMillimeters,
  encodeGlb,
  encodePly,
  encodeRrd,
  resampleNearest,
  viewPage,
} from '../../io/index.ts';
import { MESH_FORMAT_NAMES, type MeshFormatName } from '../../io/mesh/names.ts';
import type { PhotoSizes } from '../../host/node/imageFile.ts';
import type { Photo } from '../../pipeline/photo.ts';
import { inDecoded, type PromptOptions } from '../../pipeline/session/options.ts';
import type { Reconstruction } from '../../pipeline/session/session.ts';

// Stored in the files. It stays unchanged, so that the same points give the same bytes in every version.
const FRAME = 'camera frame in metres: x right, y down, z forward';

/** Name of the mesh's files, without an extension. */
const MESH = 'object';

/** Width of the pictures in the page, in pixels. */
const PAGE_WIDTH = 800;

/** Longest side of the picture of the depth, in pixels: it is to look at, the depth map is to measure with. */
const PREVIEW_SIDE = 2048;

/** Files that only some results have. */
export const OPTIONAL_FILES: readonly string[] = [
  ...[...MESH_FORMAT_NAMES, 'mtl', 'png'].map((extension) => `${MESH}.${extension}`),
  'points.glb',
  'preview.png',
];

type Result = Pick<Reconstruction, 'mask' | 'depth' | 'seen' | 'object' | 'mesh' | 'preview'>;

/**
 * The files of a reconstruction, by name, all but the summary. Without a mesh there is no object file, without points no points.glb and no preview.png.
 * @param formats of the mesh
 * @param template text of the page view.html
 */
export async function reconstructionFiles(
  photo: Photo,
  result: Result,
  { formats, template }: { formats: readonly MeshFormatName[]; template: string },
): Promise<Record<string, Uint8Array>> {
  const { mask, depth, seen, object, mesh, preview } = result;
  const files: Record<string, Uint8Array> = {
    ...(mesh && (await meshFiles(mesh, formats, MESH, encodeTexture))),
    'mask.png': await maskFile(mask, photo),
    ...(await depthFiles('depth.png', depth.meters, photo)),
    'seen.ply': encodePly(seen.cloud, [FRAME]),
    ...(preview && { 'preview.png': await encodePng(preview.rgba, preview.width, preview.height) }),
  };
  // glTF cannot hold an empty point cloud.
  if (object.xyz.length > 0) files['points.glb'] = await encodeGlb(object, { frame: `y up; from the ${FRAME}` });
  files['view.html'] = viewPage(template, {
    name: photo.name ?? 'photo',
    mesh: files[`${MESH}.glb`],
    photo: await encodeJpeg(photo, PAGE_WIDTH),
    mask: await reducePng(files['mask.png'], PAGE_WIDTH),
    depth: await reducePng(files['depth_preview.png'], PAGE_WIDTH),
    object,
    seen: seen.cloud,
  });
  return files;
}

/** A recording of all stages, for the Rerun viewer. @param prompt in pixels of the photo's file */
export function recordingOf(photo: Photo, prompt: PromptOptions, result: Result): Uint8Array {
  const { mask, depth, seen, object, mesh } = result;
  const { box, points } = inDecoded(photo, { box: prompt.box, points: prompt.points });
  return encodeRrd({
    ...{ id: randomUUID(), time: Date.now(), photo, camera: depth.camera, box, points, mask },
    ...{ depth: depth.meters, seen: seen.cloud, object, mesh: mesh?.mesh },
  });
}

/** A mask as a PNG, or with another encoder, in the size of the photo's file. @param mask [photo.height, photo.width] */
export async function maskFile(
  mask: Uint8Array,
  photo: PhotoSizes,
  encode: typeof encodeMaskPng = encodeMaskPng,
): Promise<Uint8Array> {
  const size = photo.original ?? photo;
  return encode(resampleNearest(mask, photo, size), size.width, size.height);
}

/** A 16-bit depth map in millimeters called `name`, in the size of the photo's file, and its color preview. */
export async function depthFiles(
  name: string,
  depth: Float32Array,
  photo: PhotoSizes,
): Promise<Record<string, Uint8Array>> {
  const size = photo.original ?? photo;
  const millimeters = resampleNearest(depthToMillimeters(depth).millimeters, photo, size);
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(photo.width, photo.height));
  const small = { width: Math.ceil(photo.width * scale), height: Math.ceil(photo.height * scale) };
  const preview = depthPreview(resampleNearest(depth, photo, small));
  const [whole, picture] = await Promise.all([
    encodePng16(millimeters, size.width, size.height),
    encodePng(preview, small.width, small.height),
  ]);
  return { [name]: whole, [name.replace(/(\.[^.]*)?$/, '_preview$1')]: picture };
}

/** The notice for depth that 16-bit millimeters cannot hold; undefined if there is none. @param saturated number of such pixels */
export const saturatedNotice = (saturated: number): string | undefined =>
  saturated > 0 ? `${saturated} pixels are farther than 65.535 m; depth.png holds 65.535 m for them.` : undefined;
