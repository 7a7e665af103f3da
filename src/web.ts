/** unflat for browsers: `createEngine`, and what it gives. */
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
export { encodeGlb, encodePly } from './io/index.ts';
export { bytesSource, SafetensorsFile } from '../weights/index.ts';
export { fileSet, presets, syntheticSet, type WeightSet } from './pipeline/registry.ts';
export { BlobBytes, UrlBytes } from './host/web/bytes.ts';
export { WeightStore, type StoredWeights, type StoreOptions } from './host/web/weightStore.ts';
export { openWebWeights, type WebWeightFile, type WebWeightOptions, type WebWeights } from './host/web/weights.ts';
export * from './host/exports.ts';

export interface EngineOptions
  extends Pick<EngineSetup, 'networks' | 'keepNetworks' | 'embeddingBytes'>, WebWeightOptions {
  /** By default the tiny weights. */
  readonly weights?: WebWeights;
  /** Storage of large weights; arithmetic is f32 either way. The sweep in one dispatch keeps f32 weights. */
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

/** Formats that points can be made into: .glb (y up), .ply (the camera's frame). */
export type PointFormat = 'glb' | 'ply';

/** Points as a file to download. @throws RangeError for a GLB without points */
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

  /** The points as `pointsToBlob` makes them. */
  toBlob(format: PointFormat): Promise<Blob> {
    return pointsToBlob(this, format);
  }
}

/** The completed object, which can be downloaded. */
export class WebObject extends CompletedObject {
  /** The points as `pointsToBlob` makes them. */
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
 * An engine on the browser's adapter. Weights behind addresses are fetched now, and once for all visits.
 * @throws OptionError for an option that is not known or cannot be; UserError without WebGPU or an adapter, for weights that cannot be
 *   fetched, or an adapter that does not compute what it should in f16; WeightsError for weights that do not fit; LimitError
 *   or DeviceError if the adapter does not suffice
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
