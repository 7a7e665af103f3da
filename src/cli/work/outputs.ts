/** The files of a result. */
import { encodeMaskPng, encodePng, encodePng16 } from '../../host/node/encode.ts';
import { depthPreview, depthToMillimeters, encodeGlb, encodePly } from '../../io/index.ts';
import type { Size } from '../../pipeline/photo.ts';
import type { Reconstruction } from '../../pipeline/session/session.ts';

// Stored in the files. It stays unchanged, so that the same points give the same bytes in every version.
const FRAME = 'camera frame in metres: x right, y down, z forward';

/** The files of a reconstruction, by name. Without points there is no object.glb and no preview.png. */
export async function reconstructionFiles(
  { width, height }: Size,
  { mask, depth, seen, object, preview }: Pick<Reconstruction, 'mask' | 'depth' | 'seen' | 'object' | 'preview'>,
  summary: unknown,
): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {
    'mask.png': await encodeMaskPng(mask, width, height),
    ...(await depthFiles('depth.png', depth.meters, { width, height })),
    'seen.ply': encodePly(seen.cloud, [FRAME]),
    'object.ply': encodePly(object, [FRAME]),
    ...(preview && { 'preview.png': await encodePng(preview.rgba, preview.width, preview.height) }),
    'summary.json': new TextEncoder().encode(`${JSON.stringify(summary, undefined, 2)}\n`),
  };
  // glTF cannot hold an empty point cloud; PLY can.
  if (object.xyz.length > 0) files['object.glb'] = await encodeGlb(object, { frame: `y up; from the ${FRAME}` });
  return files;
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
