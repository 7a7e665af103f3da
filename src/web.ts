/** The browser entry of unflat: `createEngine` and its types. */
import { Device } from './graph/device.ts';
import type { Precision } from './kernels/target.ts';
import { HostEngine, type Host, type HostReconstruction, type HostSession } from './host/engine.ts';
import {
  aCount,
  aFlag,
  aFunction,
  anObject,
  anything,
  aSignal,
  expectOptions,
  oneOf,
  type OptionRules,
} from './host/options.ts';
import { expectSound } from './host/selfTest.ts';
import { requestWebAdapter } from './host/web/adapter.ts';
import { decodePhoto } from './host/web/image.ts';
import { openWebWeights, type WebWeightOptions, type WebWeights } from './host/web/weights.ts';
import { encodeGlb, encodePly } from './io/index.ts';
import type { ColoredPoints } from './pipeline/coloredPoints.ts';
import { Engine, type EngineSetup } from './pipeline/engine.ts';
import type { Photo } from './pipeline/photo.ts';
import { CompletedObject } from './pipeline/session/completedObject.ts';

export { decodePhoto };
export { UserError } from './host/errors.ts';
export { encodeTexture } from './host/web/encode.ts';
export { encodeGlb, encodeMesh, encodePly, encodeRrd, MESH_FORMATS, type RecordedStages } from './io/index.ts';
export { bytesSource, SafetensorsFile } from '../weights/index.ts';
export { fileSet, presets, syntheticSet, type WeightSet } from './pipeline/registry.ts';
export { BlobBytes, UrlBytes } from './host/web/bytes.ts';
export { WeightStore, type StoredWeights, type StoreOptions } from './host/web/weightStore.ts';
export { openWebWeights, type WebWeightFile, type WebWeightOptions, type WebWeights } from './host/web/weights.ts';
export * from './host/exports.ts';

export interface EngineOptions
  extends Pick<EngineSetup, 'networks' | 'keepNetworks' | 'embeddingBytes'>, WebWeightOptions {
  /** Weights of the networks; by default the tiny ones. */
  readonly weights?: WebWeights;
  /** Storage type of large weights; by default f32. Arithmetic is always f32. A sweep that runs in one dispatch keeps f32 weights. */
  readonly precision?: Precision;
}

const OPTIONS: OptionRules<EngineOptions> = {
  weights: anything,
  tinyUrl: { what: 'the address of a folder', holds: (value) => typeof value === 'string' || value instanceof URL },
  networks: anObject,
  precision: oneOf('f32', 'f16'),
  keepNetworks: aFlag,
  embeddingBytes: aCount,
  onProgress: aFunction,
  onNotice: aFunction,
  signal: aSignal,
};

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

/** An image file or a decoded photo. */
export type PhotoSource = Blob | Photo;

export type WebEngine = HostEngine<PhotoSource, PointCloud, WebObject>;
export type WebSession = HostSession<PhotoSource, PointCloud, WebObject>;
export type WebReconstruction = HostReconstruction<PointCloud, WebObject>;

const host: Host<PhotoSource, PointCloud, WebObject> = {
  decode: (source) => (source instanceof Blob ? decodePhoto(source) : source),
  cloud: ({ xyz, rgb }) => new PointCloud(xyz, rgb),
  object: (object) => new WebObject(object, object.threshold),
};

/**
 * Creates an engine on the browser's adapter. Weights at addresses are fetched now and stored for later visits.
 * @throws OptionError for an unknown option or an impossible value; UserError if there is no WebGPU or no adapter, if weights
 *   cannot be fetched, or if the adapter fails the self-test with f16; WeightsError if the weights do not fit; LimitError or
 *   DeviceError if the adapter does not suffice
 */
export async function createEngine(options: EngineOptions = {}): Promise<WebEngine> {
  expectOptions('createEngine', options, OPTIONS);
  const { weights, precision, networks, keepNetworks, embeddingBytes, ...reading } = options;
  const { adapter } = await requestWebAdapter();
  const device = await Device.create(adapter, { wait: (promise) => promise, precision });
  try {
    if (precision === 'f16') await expectSound(device);
    const set = await openWebWeights(weights, reading);
    return new HostEngine(new Engine({ device, weights: set, networks, keepNetworks, embeddingBytes }), host);
  } catch (error) {
    device.dispose();
    throw error;
  }
}
