/** Scene files: a rendered picture and the truth about its main object. tools/train/README.md describes the format. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import sharp from 'sharp';
import { messageOf, UserError } from '../../src/host/errors.ts';
import { FileBytes } from '../../src/host/node/bytes.ts';
import { decodeDepth } from '../../src/host/node/geometryFile.ts';
import { decodePhoto } from '../../src/host/node/image.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import type { PromptBox } from '../../src/pipeline/roles.ts';
import { SafetensorsFile, type Dtype, type TensorValues } from '../../weights/index.ts';
import type { Surface } from './metrics.ts';

/** The number of the main object in objects.png. */
const MAIN_OBJECT = 1;

/** The fields of scene.json that are read. */
interface SceneFacts {
  readonly family: string;
  /** Whether networks were trained without any object of this family. */
  readonly heldOutFamily: boolean;
  /** Horizontal field of view in degrees. */
  readonly fov: number;
  /** Tight box of the main object, half-open pixels. */
  readonly box: PromptBox;
  /** The pixel x, y deepest inside its mask: farthest, by chessboard distance, from every pixel outside. */
  readonly click: readonly [number, number];
  readonly maskPixels: number;
}

export interface Scene extends SceneFacts {
  /** Name of its folder. */
  readonly name: string;
  readonly photo: Photo;
  /** [height, width] of 0 and 1: the main object. */
  readonly mask: Uint8Array;
  /** [height, width] meters along z. */
  readonly depth: Float32Array;
  /** The main object's surface points, `xyz` and `dense` in meters in the camera's frame. */
  readonly surface: Surface;
}

/** The folders of scenes in a folder, by name. @throws UserError if there is none */
export async function sceneFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new UserError(`The folder of scenes ${folder} cannot be read: ${messageOf(error)}.`, { cause: error });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (names.length === 0) {
    throw new UserError(`The folder ${folder} has no scene: each is a folder of its own.`, {
      hint: 'Name a folder such as test/scenes, or make scenes with tools/train/sceneFiles.py.',
    });
  }
  return names.sort().map((name) => join(folder, name));
}

/** @throws UserError if a file is missing, damaged, or contradicts scene.json; WeightsError for the surface's file */
export async function readScene(folder: string): Promise<Scene> {
  const facts = await readFacts(join(folder, 'scene.json'));
  const photo = await decodePhoto(join(folder, 'photo.png'));
  const mask = await readObjectMask(join(folder, 'objects.png'), photo);
  const found = mask.reduce((sum, v) => sum + v, 0);
  if (found !== facts.maskPixels) {
    throw new UserError(`${folder}: the main object has ${found} pixels, scene.json says ${facts.maskPixels}.`, {
      hint: 'The files belong to different scenes: export this one again.',
    });
  }
  const depth = (await decodeDepth(join(folder, 'depth.png'), photo)).meters;
  const surface = await readSurface(join(folder, 'surface.safetensors'));
  return { ...facts, name: basename(resolve(folder)), photo, mask, depth, surface };
}

async function readFacts(path: string): Promise<SceneFacts> {
  let facts: SceneFacts;
  try {
    facts = JSON.parse(await readFile(path, 'utf8')) as SceneFacts;
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  const complete =
    typeof facts.family === 'string' &&
    typeof facts.heldOutFamily === 'boolean' &&
    [facts.fov, facts.maskPixels, ...(facts.box ?? []), ...(facts.click ?? [])].every(Number.isFinite) &&
    facts.box?.length === 4 &&
    facts.click?.length === 2;
  if (complete) return facts;
  throw new UserError(`${path} lacks one of family, heldOutFamily, fov, box, click, maskPixels.`, {
    hint: 'tools/train/README.md says what each is; export the scene again.',
  });
}

async function readObjectMask(path: string, { width, height }: Photo): Promise<Uint8Array> {
  const { data, info } = await sharp(path)
    .toColorspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw new UserError(`${path} cannot be read: ${messageOf(error)}.`, { cause: error });
    });
  if (info.width !== width || info.height !== height || info.channels !== 1) {
    throw new UserError(
      `${path} is ${info.width} x ${info.height} with ${info.channels} channel(s); the photo is ${width} x ${height}, ` +
        'and object numbers are one gray channel.',
    );
  }
  return Uint8Array.from(data, (number) => (number === MAIN_OBJECT ? 1 : 0));
}

async function readSurface(path: string): Promise<Surface> {
  const source = await FileBytes.open(path);
  try {
    const file = await SafetensorsFile.open(source);
    const xyz = (await readPoints(file, path, 'xyz', 'F32', 3)) as Float32Array;
    const count = xyz.length / 3;
    const rgb = (await readPoints(file, path, 'colour', 'U8', 3, count)) as Uint8Array;
    const seen = (await readPoints(file, path, 'seen', 'U8', 1, count)) as Uint8Array;
    const steps = (await readPoints(file, path, 'dense', 'I16', 3)) as Int16Array;
    const middle = (await readPoints(file, path, 'middle', 'F32', 1, 3)) as Float32Array;
    const step = (await readPoints(file, path, 'step', 'F32', 1, 3)) as Float32Array;
    const dense = new Float32Array(xyz.length + steps.length);
    dense.set(xyz);
    steps.forEach((value, k) => (dense[xyz.length + k] = middle[k % 3] + step[k % 3] * value));
    return { xyz, rgb, seen, dense };
  } finally {
    await source.close();
  }
}

async function readPoints(
  file: SafetensorsFile,
  path: string,
  name: string,
  dtype: Dtype,
  width: 1 | 3,
  count?: number,
): Promise<TensorValues> {
  const tensor = await file.readTensor(name);
  const [points] = tensor.shape;
  const expected = width === 1 ? [count ?? points] : [count ?? points, width];
  if (tensor.dtype !== dtype || `${tensor.shape}` !== `${expected}` || !(points > 0)) {
    throw new UserError(
      `${path}: ${name} is ${tensor.dtype} [${tensor.shape.join(', ')}], expected ${dtype} [${expected.join(', ')}].`,
      { hint: 'Export the scene again.' },
    );
  }
  return tensor.values;
}
