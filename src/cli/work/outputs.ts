/** The files of a result. */
import { randomUUID } from 'node:crypto';
import { encodeJpeg, encodeMaskPng, encodePng, encodePng16, encodeTexture, reducePng } from '../../host/node/encode.ts';
import { meshFiles, SCENE_FILE, sceneFile } from '../../host/meshFiles.ts';
import {
  depthPreview,
  depthToMillimeters,
  encodeGlb,
  encodePly,
  encodeRrd,
  resampleNearest,
  viewOfObjects,
  viewPage,
  type ViewData,
} from '../../io/index.ts';
import { MESH_FORMAT_NAMES, type MeshFormatName } from '../../io/mesh/names.ts';
import type { PhotoSizes } from '../../host/node/imageFile.ts';
import { unionOf } from '../../pipeline/maskRuns.ts';
import type { Photo } from '../../pipeline/photo.ts';
import type { Sheet } from '../../pipeline/render/sheet.ts';
import { inDecoded, type PromptOptions } from '../../pipeline/session/options.ts';
import type { SceneReconstruction } from '../../pipeline/session/scene.ts';
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
const OPTIONAL_FILES: readonly string[] = [
  ...[...MESH_FORMAT_NAMES, 'mtl', 'png'].map((extension) => `${MESH}.${extension}`),
  'points.glb',
  'preview.png',
];

/** All files that an object of a scene may have in its folder. */
export const OBJECT_FILES: readonly string[] = [...OPTIONAL_FILES, 'mask.png', 'seen.ply'];

/** Files that a scene of several objects has in its own folder, beside a folder for each object. */
export const SCENE_FILES: readonly string[] = [
  ...[SCENE_FILE, 'view.html', 'preview.png', 'mask.png', 'depth.png', 'depth_preview.png', 'summary.json'],
];

type Result = Pick<Reconstruction, 'mask' | 'depth' | 'seen' | 'object' | 'mesh' | 'preview'>;
type Scene = Pick<SceneReconstruction, 'depth' | 'objects' | 'preview'>;

/** How files are made: formats of the meshes, and the text of the page view.html. */
interface Making {
  readonly formats: readonly MeshFormatName[];
  readonly template: string;
}

/** The files of a reconstruction, by name, all but the summary. Without a mesh there is no object file, without points no points.glb and no preview.png. */
export async function reconstructionFiles(
  photo: Photo,
  result: Result,
  { formats, template }: Making,
): Promise<Record<string, Uint8Array>> {
  const files = {
    ...(await objectFiles(photo, result, formats)),
    ...(await depthFiles('depth.png', result.depth.meters, photo)),
  };
  const { object, seen } = result;
  const mesh = files[`${MESH}.glb`];
  files['view.html'] = await pageOf(photo, template, files, { mesh, object, seen: seen.cloud });
  return files;
}

/** The files of a scene, by name, all but the summary: those of an object are in a folder of its name. Without a mesh there is no scene.glb and no preview.png. */
export async function sceneFiles(
  photo: Photo,
  { depth, objects, preview }: Scene,
  { formats, template }: Making,
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const object of objects) {
    for (const [name, bytes] of Object.entries(await objectFiles(photo, object, formats))) {
      files[`${object.name}/${name}`] = bytes;
    }
  }
  if (objects.some(({ mesh }) => mesh)) files[SCENE_FILE] = await sceneFile(objects, encodeTexture);
  if (preview) files['preview.png'] = await pictureFile(preview);
  files['mask.png'] = await maskFile(unionOf(objects.map(({ mask }) => mask)), photo);
  Object.assign(files, await depthFiles('depth.png', depth.meters, photo));
  files['view.html'] = await pageOf(photo, template, files, {
    mesh: files[SCENE_FILE],
    ...viewOfObjects(objects.map(({ name, object, seen }) => ({ name, object, seen: seen.cloud }))),
  });
  return files;
}

/** The files of one object: its mesh, mask, points and preview. */
async function objectFiles(
  photo: Photo,
  { mask, seen, object, mesh, preview }: Omit<Result, 'depth'>,
  formats: readonly MeshFormatName[],
): Promise<Record<string, Uint8Array>> {
  return {
    ...(mesh && (await meshFiles(mesh, formats, MESH, encodeTexture))),
    'mask.png': await maskFile(mask, photo),
    'seen.ply': encodePly(seen.cloud, [FRAME]),
    ...(preview && { 'preview.png': await pictureFile(preview) }),
    // glTF cannot hold an empty point cloud.
    ...(object.xyz.length > 0 && { 'points.glb': await encodeGlb(object, { frame: `y up; from the ${FRAME}` }) }),
  };
}

const pictureFile = ({ rgba, width, height }: Sheet): Promise<Uint8Array> => encodePng(rgba, width, height);

/** The page view.html. @param files of the result: its mask and the preview of its depth */
async function pageOf(
  photo: Photo,
  template: string,
  files: Readonly<Record<string, Uint8Array>>,
  shown: Pick<ViewData, 'mesh' | 'object' | 'seen' | 'objects'>,
): Promise<Uint8Array> {
  return viewPage(template, {
    name: photo.name ?? 'photo',
    photo: await encodeJpeg(photo, PAGE_WIDTH),
    mask: await reducePng(files['mask.png'], PAGE_WIDTH),
    depth: await reducePng(files['depth_preview.png'], PAGE_WIDTH),
    ...shown,
  });
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
