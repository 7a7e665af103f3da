/// <reference types="@webgpu/types" preserve="true" />
/** unflat for browsers: `createEngine`, and what it gives. */
import { Device } from './graph/device.ts';
import type { Precision } from './kernels/target.ts';
import { requestWebAdapter } from './host/web/adapter.ts';
import { decodePhoto } from './host/web/image.ts';
import { expectSound } from './host/selfTest.ts';
import { Engine, type EngineParts } from './pipeline/engine.ts';
import type { WeightSet } from './pipeline/registry.ts';

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
export { bytesSource, SafetensorsFile, WeightsError } from '../weights/index.ts';
export { fileSet, presets, syntheticSet, type WeightSet } from './pipeline/registry.ts';
export { BlobBytes, UrlBytes } from './host/web/bytes.ts';
export { WeightStore, type StoredWeights, type StoreOptions } from './host/web/weightStore.ts';

export interface EngineOptions extends Pick<EngineParts, 'onProgress' | 'onProfile' | 'keepNetworks' | 'networks'> {
  /** Made by `syntheticSet`, or by `fileSet` from files of a `WeightStore`, dropped files or URLs. */
  readonly weights: WeightSet;
  /** Storage of large weights; arithmetic is f32 either way. The sweep in one dispatch keeps f32 weights. */
  readonly precision?: Precision;
}

/**
 * An engine on the browser's adapter.
 * @throws UserError without WebGPU or an adapter; or an adapter that does not compute what it should in f16; LimitError or DeviceError
 *   if the adapter does not suffice
 */
export async function createEngine({ weights, precision, ...parts }: EngineOptions): Promise<Engine> {
  const { adapter } = await requestWebAdapter();
  const device = await Device.create(adapter, { wait: (promise) => promise, precision });
  if (precision === 'f16') await expectSound(device);
  return new Engine({ device, weights, ...parts });
}
