/** unflat for browsers: `createEngine`, and what it gives. */
import { Device } from './graph/device.ts';
import type { Precision } from './kernels/target.ts';
import { requestWebAdapter } from './host/web/adapter.ts';
import { decodePhoto } from './host/web/image.ts';
import { openWebWeights, type WebWeightOptions, type WebWeights } from './host/web/weights.ts';
import { aFlag, aFunction, anything, aSignal, expectOptions, oneOf, type OptionRules } from './host/options.ts';
import { expectSound } from './host/selfTest.ts';
import { Engine, type EngineParts } from './pipeline/engine.ts';

export { decodePhoto };
export { Engine, type Reconstruction } from './pipeline/engine.ts';
export type { Photo } from './pipeline/photo.ts';
export type { ChainOptions, StageProgress } from './pipeline/photoTo3d.ts';
export { DeviceError, KernelError, LimitError, ShapeError } from './graph/errors.ts';
export { OptionError } from './pipeline/chainOptions.ts';
export { GridError } from './pipeline/mcc/grid.ts';
export { GeometryError } from './pipeline/seenPoints.ts';
export { PromptError } from './pipeline/sam/prompt.ts';
export { UserError } from './host/errors.ts';
export { encodeGlb, encodePly } from './io/index.ts';
export {
  bytesSource,
  fileSet,
  presets,
  SafetensorsFile,
  syntheticSet,
  WeightsError,
  type WeightSet,
} from '../weights/index.ts';
export { BlobBytes, UrlBytes } from './host/web/bytes.ts';
export { WeightStore, type StoredWeights, type StoreOptions } from './host/web/weightStore.ts';

export { openWebWeights, type WebWeightFile, type WebWeightOptions, type WebWeights } from './host/web/weights.ts';

export interface EngineOptions
  extends Pick<EngineParts, 'onProgress' | 'onProfile' | 'keepNetworks'>, WebWeightOptions {
  /** By default the tiny weights. */
  readonly weights?: WebWeights;
  /** Storage of large weights; arithmetic is f32 either way. The sweep in one dispatch keeps f32 weights. */
  readonly precision?: Precision;
}

const OPTIONS: OptionRules<EngineOptions> = {
  weights: anything,
  tinyUrl: { what: 'the address of a folder', holds: (value) => typeof value === 'string' || value instanceof URL },
  precision: oneOf('f32', 'f16'),
  keepNetworks: aFlag,
  onProgress: aFunction,
  onProfile: aFunction,
  onNotice: aFunction,
  signal: aSignal,
};

/**
 * An engine on the browser's adapter. Weights behind addresses are fetched now, and once for all visits.
 * @throws OptionError for an option that is not known or cannot be; UserError without WebGPU or an adapter, for weights that cannot be
 *   fetched, or an adapter that does not compute what it should in f16; WeightsError for weights that do not fit; LimitError
 *   or DeviceError if the adapter does not suffice
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  expectOptions('createEngine', options, OPTIONS);
  const { weights, tinyUrl, precision, onNotice, signal, ...parts } = options;
  const { adapter } = await requestWebAdapter();
  const device = await Device.create(adapter, { wait: (promise) => promise, precision });
  try {
    if (precision === 'f16') await expectSound(device);
    const { onProgress } = parts;
    return new Engine({
      device,
      weights: await openWebWeights(weights, { tinyUrl, onProgress, onNotice, signal }),
      ...parts,
    });
  } catch (error) {
    device.dispose();
    throw error;
  }
}
