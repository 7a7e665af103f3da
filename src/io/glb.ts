/**
 * GLB (binary glTF 2.0): one mesh of mode POINTS.
 *
 * Frames: the camera looks along +z with x right and y down; glTF has y up and looks along -z. So
 * (x, y, z) becomes (x, -y, -z), a half turn about x: nothing is mirrored.
 * Colors: COLOR_0 is linear light in glTF, photos are sRGB. They are stored as 16-bit normalized numbers, because 8 bits
 * of linear light would lose dark tones. Points without normals are drawn unlit, as the format asks.
 */
import { Accessor, Document, Primitive, WebIO } from '@gltf-transform/core';
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import { countPoints } from './points.ts';

/**
 * Encodes points in the camera's axes as a GLB file.
 * @param extras values that are stored in the scene, such as units and frame
 * @throws RangeError if there are no points (glTF has no empty accessors) or positions and colors disagree
 */
export async function encodeGlb(points: ColoredPoints, extras: Record<string, unknown> = {}): Promise<Uint8Array> {
  const count = countPoints('GLB', points);
  if (count === 0)
    throw new RangeError('GLB: there are no points, and glTF cannot store an empty point cloud. Lower the threshold.');

  const document = new Document();
  document.getRoot().getAsset().generator = 'unflat';
  const buffer = document.createBuffer();
  const position = document
    .createAccessor('position')
    .setType(Accessor.Type.VEC3)
    .setArray(toGltfAxes(points.xyz))
    .setBuffer(buffer);
  const color = document
    .createAccessor('color')
    .setType(Accessor.Type.VEC4)
    .setNormalized(true)
    .setArray(toLinearColors(points.rgb))
    .setBuffer(buffer);
  const material = document.createMaterial('points').setMetallicFactor(0).setRoughnessFactor(1);
  const primitive = document
    .createPrimitive()
    .setMode(Primitive.Mode.POINTS)
    .setAttribute('POSITION', position)
    .setAttribute('COLOR_0', color)
    .setMaterial(material);
  const node = document.createNode('object').setMesh(document.createMesh('points').addPrimitive(primitive));
  const scene = document.createScene('unflat').addChild(node).setExtras(extras);
  document.getRoot().setDefaultScene(scene);
  return new WebIO().writeBinary(document);
}

/** Converts [n, 3] from x right, y down, z forward to x right, y up, z backward. Exported for tests. */
export function toGltfAxes(xyz: Float32Array): Float32Array<ArrayBuffer> {
  // 0 - v instead of -v, so that zero stays +0.
  const out = new Float32Array(xyz.length);
  for (let i = 0; i < xyz.length; i += 3) {
    out[i] = xyz[i];
    out[i + 1] = 0 - xyz[i + 1];
    out[i + 2] = 0 - xyz[i + 2];
  }
  return out;
}

/** Converts [n, 3] sRGB bytes to [n, 4] linear light as u16, with full alpha. Four channels keep each vertex on a 4-byte boundary. */
function toLinearColors(rgb: Uint8Array): Uint16Array<ArrayBuffer> {
  const linear = Uint16Array.from({ length: 256 }, (_, byte) => Math.round(65535 * srgbToLinear(byte / 255)));
  const count = rgb.length / 3;
  const out = new Uint16Array(4 * count).fill(65535);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) out[4 * i + channel] = linear[rgb[3 * i + channel]];
  }
  return out;
}

/** The sRGB transfer curve, IEC 61966-2-1. */
function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
