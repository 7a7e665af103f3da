/** The files of a result. */
import { randomUUID } from 'node:crypto';
import { encodeJpeg, encodeMaskPng, encodePng, encodePng16, encodeTexture, reducePng } from '../../host/node/encode.ts';
import { meshFiles } from '../../host/meshFiles.ts';
import { depthPreview, depthToMillimeters, encodeGlb, encodePly, encodeRrd, viewPage } from '../../io/index.ts';
import { MESH_FORMAT_NAMES, type MeshFormatName } from '../../io/mesh/names.ts';
import type { Photo, Size } from '../../pipeline/photo.ts';
import { inDecoded, type PromptOptions } from '../../pipeline/session/options.ts';
import type { Reconstruction } from '../../pipeline/session/session.ts';

// Stored in the files. It stays unchanged, so that the same points give the same bytes in every version.
const FRAME = 'camera frame in metres: x right, y down, z forward';

/** Name of the mesh's files, without an extension. */
const MESH = 'object';

/** Width of the pictures in the page, in pixels. */
const PAGE_WIDTH = 800;

/** Files that only some results have. */
export const OPTIONAL_FILES: readonly string[] = [
  ...[...MESH_FORMAT_NAMES, 'mtl', 'png'].map((extension) => `${MESH}.${extension}`),
  'points.glb',
  'preview.png',
];

type Result = Pick<Reconstruction, 'mask' | 'depth' | 'seen' | 'object' | 'mesh' | 'preview'>;

/**
 * The files of a reconstruction, by name. Without a mesh there is no object file, without points no points.glb and no preview.png.
 * @param formats of the mesh
 * @param template text of the page view.html
 */
export async function reconstructionFiles(
  photo: Photo,
  result: Result,
  { formats, template, summary }: { formats: readonly MeshFormatName[]; template: string; summary: unknown },
): Promise<Record<string, Uint8Array>> {
  const { width, height } = photo;
  const { mask, depth, seen, object, mesh, preview } = result;
  const files: Record<string, Uint8Array> = {
    ...(mesh && (await meshFiles(mesh, formats, MESH, encodeTexture))),
    'mask.png': await encodeMaskPng(mask, width, height),
    ...(await depthFiles('depth.png', depth.meters, photo)),
    'seen.ply': encodePly(seen.cloud, [FRAME]),
    ...(preview && { 'preview.png': await encodePng(preview.rgba, preview.width, preview.height) }),
    'summary.json': new TextEncoder().encode(`${JSON.stringify(summary, undefined, 2)}\n`),
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

/** A 16-bit depth map in millimeters called `name`, and its color preview. */
export async function depthFiles(
  name: string,
  depth: Float32Array,
  { width, height }: Size,
): Promise<Record<string, Uint8Array>> {
  return {
    [name]: await encodePng16(depthToMillimeters(depth).millimeters, width, height),
    [name.replace(/(\.[^.]*)?$/, '_preview$1')]: await encodePng(depthPreview(depth), width, height),
  };
}
