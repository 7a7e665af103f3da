/** The Node entry of unflat: `createEngine` and its types. */
import { basename, dirname, extname, join } from 'node:path';
import { Device, type DeviceOptions } from './graph/device.ts';
import type { Precision } from './kernels/target.ts';
import { UserError } from './host/errors.ts';
import { dawnOptionsFor, requestNodeAdapter, type AdapterChoice } from './host/node/adapter.ts';
import { BUNDLED } from './host/node/bundled.ts';
import { inMegabytes } from './host/node/convert.ts';
import { encodeTexture } from './host/node/encode.ts';
import { writeTogether, writeWhole } from './host/node/files.ts';
import { decodePhoto } from './host/node/image.ts';
import { readTuning, tuningOf } from './host/node/tuning.ts';
import { openWeights } from './host/node/weights.ts';
import {
  aCount,
  aFlag,
  aFunction,
  anObject,
  aSignal,
  aText,
  expectOptions,
  listOf,
  oneOf,
  someMilliseconds,
  type OptionRules,
} from './host/options.ts';
import { expectSound } from './host/selfTest.ts';
import { meshFiles, sceneFile, type SceneMesh } from './host/meshFiles.ts';
import { encodeGlb, encodePly, MESH_FORMATS } from './io/index.ts';
import {
  decoding,
  HostEngine,
  type Host,
  type HostReconstruction,
  type HostScene,
  type HostSession,
} from './host/engine.ts';
import type { ColoredPoints } from './pipeline/coloredPoints.ts';
import { Engine, type EngineSetup } from './pipeline/engine.ts';
import type { Mesh, TexturedMesh } from './pipeline/mesh.ts';
import type { Photo } from './pipeline/photo.ts';
import { CompletedObject } from './pipeline/session/completedObject.ts';
import type { ObjectMesh } from './pipeline/session/objectMesh.ts';
import { presets } from './pipeline/registry.ts';
import { ALL_ROLES, type Role } from './pipeline/roles.ts';
import type { StageProgress } from './pipeline/session/stages.ts';

export { UserError } from './host/errors.ts';
export { decodePhoto } from './host/node/image.ts';
export { encodeTexture };
export {
  depthPreview,
  depthToMillimeters,
  encodeGlb,
  encodeMesh,
  encodePly,
  encodeRrd,
  MESH_FORMATS,
  type RecordedStages,
} from './io/index.ts';
export * from './host/exports.ts';

export interface EngineOptions extends Pick<EngineSetup, 'networks' | 'keepNetworks' | 'embeddingBytes'> {
  /**
   * - `tiny`, the default: the small networks of the package, trained on computer-made objects
   * - `official` or `official:ID,...`: checkpoints downloaded by `unflat weights pull`
   * - a folder with .safetensors, .pth or .pt files
   * - such files, separated by commas
   * - `synthetic:SEED`: generated weights
   */
  readonly weights?: string;
  /** Folder of released checkpoints and converted files; by default in the platform's cache folder. */
  readonly weightsDir?: string;
  /** Roles that the engine will play; by default all. With `official`, only their checkpoints are needed. */
  readonly roles?: readonly Role[];
  /** Size of the networks for `synthetic` weights; by default small. */
  readonly size?: 'small' | 'full';
  /** Storage type of large weights and of activations; by default f32. Arithmetic is f32, but in a GPU's matrix instructions, which multiply halves. f16 takes half the memory. */
  readonly precision?: Precision;
  /**
   * Milliseconds that one submission to the device should take; 100 by default. The device draws nothing else meanwhile.
   * `engine.pace` changes it.
   */
  readonly submissionMs?: number;
  /**
   * Bytes that all buffers and textures on the device together may take; no bound by default. The engine then keeps the networks
   * that fit together, frees the others after use, and works in smaller parts. On a software adapter this is memory of the process,
   * which takes about 200 MiB besides.
   */
  readonly maxMemory?: number;
  /** The adapter to use; by default `auto`. */
  readonly adapter?: AdapterChoice;
  /** Receives the progress of the one-time conversion of .pth and .pt files. */
  readonly onProgress?: (event: StageProgress) => void;
  /** Cancels the one-time conversion of .pth and .pt files. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionRules<EngineOptions> = {
  weights: aText,
  weightsDir: aText,
  roles: listOf(ALL_ROLES),
  networks: anObject,
  size: oneOf('small', 'full'),
  precision: oneOf('f32', 'f16'),
  adapter: aText,
  keepNetworks: aFlag,
  embeddingBytes: aCount,
  submissionMs: someMilliseconds,
  maxMemory: aCount,
  onProgress: aFunction,
  signal: aSignal,
};

/** Points that can be saved to a file. */
export class PointCloud implements ColoredPoints {
  constructor(
    /** [n, 3] meters in the photo's camera frame: x right, y down, z forward. */
    readonly xyz: Float32Array,
    /** [n, 3] sRGB bytes. */
    readonly rgb: Uint8Array,
  ) {}

  /** Writes the points, as `savePoints` does. */
  save(path: string): Promise<void> {
    return savePoints(path, this);
  }
}

/** The completed object, which can be saved to a file. */
export class NodeObject extends CompletedObject {
  /** Writes the points, as `savePoints` does. */
  save(path: string): Promise<void> {
    return savePoints(path, this);
  }
}

/** The object's mesh, which can be saved to a file. */
export class NodeMesh implements ObjectMesh {
  /** Closed, with colors at its vertices. */
  readonly mesh: Mesh;
  /** The same surface with a texture; absent if `texture` was 0. */
  readonly textured?: TexturedMesh;
  readonly facts: ObjectMesh['facts'];

  constructor({ mesh, textured, facts }: ObjectMesh) {
    this.mesh = mesh;
    if (textured) this.textured = textured;
    this.facts = facts;
  }

  /** Writes the mesh, as `saveMesh` does. */
  save(path: string): Promise<void> {
    return saveMesh(path, this);
  }
}

/**
 * Writes a mesh in the format of the file extension: one of `MESH_FORMATS`. An .obj with a texture has its .mtl and .png beside
 * it. All files appear complete or none.
 * @throws UserError for another extension, or if a file cannot be written; RangeError for .usdz without a texture, or an .obj
 *   whose name has spaces
 */
export async function saveMesh(path: string, mesh: Pick<ObjectMesh, 'mesh' | 'textured'>): Promise<void> {
  const extension = extname(path);
  const format = MESH_FORMATS.find((known) => known.extension === extension.toLowerCase());
  if (!format) {
    const known = MESH_FORMATS.map((one) => one.extension);
    throw new UserError(`The output ${path} must end in ${known.slice(0, -1).join(', ')} or ${known.at(-1)}.`);
  }
  const name = basename(path, extension);
  const files = await meshFiles(mesh, [format.name], name, encodeTexture);
  const main = name + format.extension;
  const named = Object.entries(files).map(([file, bytes]) => [file === main ? path : join(dirname(path), file), bytes]);
  await writeTogether(Object.fromEntries(named) as Record<string, Uint8Array>);
}

/**
 * Writes the meshes of several objects as one GLB file: a named mesh for each, where the photo shows it (y up, meters). Objects
 * without a mesh are left out.
 * @param path must end in .glb
 * @param objects such as those of `session.objects`
 * @throws UserError for another extension, or if the file cannot be written; RangeError if no object has a mesh
 */
export async function saveScene(path: string, objects: readonly SceneMesh[]): Promise<void> {
  if (!path.toLowerCase().endsWith('.glb')) throw new UserError(`The output ${path} must end in .glb.`);
  await writeWhole(path, await sceneFile(objects, encodeTexture));
}

/**
 * Writes points in the format of the file extension: .glb (y up) or .ply (the camera's frame). The file appears complete or
 * not at all.
 * @throws UserError for another extension, or if the file cannot be written
 */
export async function savePoints(path: string, points: ColoredPoints): Promise<void> {
  if (path.endsWith('.glb')) return writeWhole(path, await encodeGlb(points));
  if (path.endsWith('.ply')) return writeWhole(path, encodePly(points));
  throw new UserError(`The output ${path} must end in .glb or .ply.`);
}

/** A path, the bytes of an image file, or a decoded photo. */
export type PhotoSource = string | Uint8Array | Photo;

const decode = (source: PhotoSource): Photo | Promise<Photo> => (isPhoto(source) ? source : decodePhoto(source));

const isPhoto = (source: PhotoSource): source is Photo => typeof source === 'object' && 'rgba' in source;

export type NodeEngine = HostEngine<PhotoSource, PointCloud, NodeObject, NodeMesh>;
export type NodeSession = HostSession<PointCloud, NodeObject, NodeMesh>;
export type NodeReconstruction = HostReconstruction<PointCloud, NodeObject, NodeMesh>;
export type NodeScene = HostScene<PointCloud, NodeObject, NodeMesh>;

const host: Host<PointCloud, NodeObject, NodeMesh> = {
  cloud: ({ xyz, rgb }) => new PointCloud(xyz, rgb),
  object: (object) => new NodeObject(object, object.threshold),
  mesh: (mesh) => new NodeMesh(mesh),
};

/**
 * Creates an engine: opens the weights and the device.
 * @throws OptionError for an unknown option or an impossible value; UserError if there is no adapter, or it fails the self-test
 *   with f16; WeightsError if the weights do not fit; LimitError or DeviceError if the adapter or `maxMemory` does not suffice
 */
export async function createEngine(options: EngineOptions = {}): Promise<NodeEngine> {
  expectOptions('createEngine', options, OPTIONS);
  const { precision = 'f32', submissionMs, maxMemory, onProgress, keepNetworks, embeddingBytes, networks } = options;
  const { weightsDir, roles, signal } = options;
  const weights = await openWeights(options.weights ?? BUNDLED, presets[options.size ?? 'small'], {
    ...{ weightsDir, roles, signal },
    onProgress: (event) => onProgress?.(inMegabytes(event)),
  });
  try {
    const openDevice = (): Promise<Device> =>
      openNodeDevice(options.adapter ?? 'auto', { precision, submissionMs, maxMemory });
    const device = await openDevice();
    const onDispose = (): void => void weights.close();
    const kept = { networks, keepNetworks, embeddingBytes, roles };
    try {
      const engine = new Engine({ device, openDevice, weights: weights.set, ...kept, onDispose });
      return new HostEngine(decoding(engine, decode), host);
    } catch (error) {
      device.dispose();
      throw error;
    }
  } catch (error) {
    await weights.close();
    throw error;
  }
}

/** Opens a device of an adapter of its own, with this machine's tuning. @throws as `createEngine` */
async function openNodeDevice(
  choice: AdapterChoice,
  options: Pick<DeviceOptions, 'submissionMs' | 'maxMemory'> & { readonly precision: Precision },
): Promise<Device> {
  const { precision } = options;
  const { adapter, wait, spare, release } = await requestNodeAdapter(choice, dawnOptionsFor(precision));
  try {
    const { file } = await readTuning(adapter.info);
    const target = file && { tuned: tuningOf(file) };
    const device = await Device.create(adapter, { ...options, wait, target, spare, onDispose: release });
    if (precision === 'f16') await expectSound(device);
    return device;
  } catch (error) {
    release();
    throw error;
  }
}
