/** The browser entry of unflat: `createEngine` and its types. */
import { Device } from './graph/device.ts';
import {
  decoding,
  HostEngine,
  type Host,
  type HostReconstruction,
  type HostScene,
  type HostSession,
} from './host/engine.ts';
import { expectOptions } from './host/options.ts';
import { expectSound } from './host/selfTest.ts';
import { meshFiles, SCENE_FILE, sceneFile, type SceneMesh } from './host/meshFiles.ts';
import { requestWebAdapter } from './host/web/adapter.ts';
import { encodeTexture } from './host/web/encode.ts';
import { decodePhoto, type PhotoSource } from './host/web/image.ts';
import {
  ENGINE_OPTIONS,
  WORKER_ENGINE_OPTIONS,
  type EngineOptions,
  type WorkerEngineOptions,
} from './host/web/options.ts';
import { openWebWeights } from './host/web/weights.ts';
import { startWorkerEngine } from './host/web/worker/client.ts';
import { encodeGlb, encodePly, type MeshFormatName } from './io/index.ts';
import type { ColoredPoints } from './pipeline/coloredPoints.ts';
import { Engine } from './pipeline/engine.ts';
import type { Mesh, TexturedMesh } from './pipeline/mesh.ts';
import type { Photo } from './pipeline/photo.ts';
import { CompletedObject } from './pipeline/session/completedObject.ts';
import type { ObjectMesh } from './pipeline/session/objectMesh.ts';

export { decodePhoto, type EngineOptions, type PhotoSource, type WorkerEngineOptions };
export { UserError } from './host/errors.ts';
export { encodeTexture };
export { encodeGlb, encodeMesh, encodePly, encodeRrd, MESH_FORMATS, type RecordedStages } from './io/index.ts';
export {
  bytesSource,
  checkpoints,
  SafetensorsFile,
  type Checkpoint,
  type CheckpointFile,
  type License,
  type SourceName,
} from '../weights/index.ts';
export { fileSet, presets, syntheticSet, type WeightSet } from './pipeline/registry.ts';
export { BlobBytes, UrlBytes } from './host/web/bytes.ts';
export {
  describeDownload,
  knownDownload,
  type DownloadDescription,
  type KnownDownload,
} from './host/web/describeDownload.ts';
export { fitOnDevice, type DeviceFit, type FitOptions } from './host/web/deviceFit.ts';
export type { NetworkFit } from './pipeline/fit.ts';
export { askToPersist, storageState, type StorageState } from './host/web/storage.ts';
export { keepWeights, type KeepOptions } from './host/web/worker/keep.ts';
export { WeightStore, type StoredWeights, type StoreOptions } from './host/web/weightStore.ts';
export { openWebWeights, type WebWeightFile, type WebWeightOptions, type WebWeights } from './host/web/weights.ts';
export * from './host/exports.ts';

/** File formats of points: .glb (y up) or .ply (the camera's frame). */
export type PointFormat = 'glb' | 'ply';

/** Encodes points as a file to download. @throws RangeError for a GLB without points */
export async function pointsToBlob(points: ColoredPoints, format: PointFormat): Promise<Blob> {
  const bytes = format === 'glb' ? await encodeGlb(points) : encodePly(points);
  return new Blob([bytes as Uint8Array<ArrayBuffer>], {
    type: format === 'glb' ? 'model/gltf-binary' : 'application/octet-stream',
  });
}

/** Points that can be downloaded. */
export class PointCloud implements ColoredPoints {
  constructor(
    /** [n, 3] meters in the photo's camera frame: x right, y down, z forward. */
    readonly xyz: Float32Array,
    /** [n, 3] sRGB bytes. */
    readonly rgb: Uint8Array,
  ) {}

  /** Encodes the points, as `pointsToBlob` does. */
  toBlob(format: PointFormat): Promise<Blob> {
    return pointsToBlob(this, format);
  }
}

/** The completed object, which can be downloaded. */
export class WebObject extends CompletedObject {
  /** Encodes the points, as `pointsToBlob` does. */
  toBlob(format: PointFormat): Promise<Blob> {
    return pointsToBlob(this, format);
  }
}

/** Media types by the extension of a mesh's file. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  glb: 'model/gltf-binary',
  obj: 'model/obj',
  mtl: 'model/mtl',
  stl: 'model/stl',
  usdz: 'model/vnd.usdz+zip',
  '3mf': 'model/3mf',
  png: 'image/png',
};

/**
 * Encodes a mesh as files to download.
 * @param format one of `MESH_FORMATS`
 * @param name of the files, without an extension
 * @returns one file, except for `obj` with a texture: then the .obj, its .mtl and its .png
 * @throws RangeError for an unknown format, for `usdz` without a texture, or for `obj` with a name that has spaces or slashes
 */
export async function meshToFiles(
  mesh: Pick<ObjectMesh, 'mesh' | 'textured'>,
  format: MeshFormatName,
  name = 'object',
): Promise<File[]> {
  const files = await meshFiles(mesh, [format], name, encodeTexture);
  return Object.entries(files).map(([file, bytes]) => {
    const type = MEDIA_TYPES[file.split('.').pop()!] ?? 'application/octet-stream';
    return new File([bytes as Uint8Array<ArrayBuffer>], file, { type });
  });
}

/**
 * Encodes the meshes of several objects as one GLB file to download: a named mesh for each, where the photo shows it (y up,
 * meters). Objects without a mesh are left out.
 * @param objects such as those of `session.objects`
 * @returns the file `scene.glb`
 * @throws RangeError if no object has a mesh
 */
export async function sceneToFile(objects: readonly SceneMesh[]): Promise<File> {
  const bytes = await sceneFile(objects, encodeTexture);
  return new File([bytes as Uint8Array<ArrayBuffer>], SCENE_FILE, { type: MEDIA_TYPES.glb });
}

/** The object's mesh, which can be downloaded. */
export class WebMesh implements ObjectMesh {
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

  /** Encodes the mesh, as `meshToFiles` does. */
  toFiles(format: MeshFormatName, name?: string): Promise<File[]> {
    return meshToFiles(this, format, name);
  }
}

export type WebEngine = HostEngine<PhotoSource, PointCloud, WebObject, WebMesh>;
export type WebSession = HostSession<PointCloud, WebObject, WebMesh>;
export type WebReconstruction = HostReconstruction<PointCloud, WebObject, WebMesh>;
export type WebScene = HostScene<PointCloud, WebObject, WebMesh>;

const decode = (source: PhotoSource): Photo | Promise<Photo> => (source instanceof Blob ? decodePhoto(source) : source);

const host: Host<PointCloud, WebObject, WebMesh> = {
  cloud: ({ xyz, rgb }) => new PointCloud(xyz, rgb),
  object: (object) => new WebObject(object, object.threshold),
  mesh: (mesh) => new WebMesh(mesh),
};

/**
 * Creates an engine on the browser's adapter. Weights at addresses are fetched now and stored for later visits.
 * @throws OptionError for an unknown option or an impossible value; UserError if there is no WebGPU or no adapter, if weights
 *   cannot be fetched, or if the adapter fails the self-test with f16; WeightsError if the weights do not fit; LimitError or
 *   DeviceError if the adapter does not suffice
 */
export async function createEngine(options: EngineOptions = {}): Promise<WebEngine> {
  expectOptions('createEngine', options, ENGINE_OPTIONS);
  const { weights, precision, submissionMs, maxMemory, networks, keepNetworks, embeddingBytes, ...reading } = options;
  const openDevice = async (): Promise<Device> => {
    const { adapter } = await requestWebAdapter();
    const device = await Device.create(adapter, { wait: (promise) => promise, precision, submissionMs, maxMemory });
    if (precision === 'f16') await expectSound(device);
    return device;
  };
  const device = await openDevice();
  try {
    const set = await openWebWeights(weights, reading);
    const engine = new Engine({ device, openDevice, weights: set, networks, keepNetworks, embeddingBytes });
    return new HostEngine(decoding(engine, decode), host);
  } catch (error) {
    device.dispose();
    throw error;
  }
}

/**
 * Creates an engine in a dedicated worker, so that the page stays free while it works. It has the same methods and the same results
 * as that of `createEngine`. Arguments are copied; callbacks and signals work as usual.
 * @throws OptionError also for weights that cannot cross to a worker; UserError also if the worker cannot start; otherwise as
 *   `createEngine`
 */
export async function createWorkerEngine(options: WorkerEngineOptions = {}): Promise<WebEngine> {
  expectOptions('createWorkerEngine', options, WORKER_ENGINE_OPTIONS);
  return new HostEngine(await startWorkerEngine(options), host);
}
