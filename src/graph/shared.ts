/** Resources that plans share: pipelines of the device, constants of one set of weights, readback buffers. */
import { Constants, type Weights } from './constants.ts';
import type { Device } from './device.ts';
import { Pipelines } from './pipelines.ts';
import { Readback, type HostArray } from './transfer.ts';

export interface Shared {
  readonly device: Device;
  /** The pipelines of the device; they do not depend on weights. */
  readonly pipelines: Pipelines;
  readonly constants: Constants;
  readonly readback: Readback;
  /** If set, plans are not fused, and their taps are read after every run. */
  readonly inspection?: Inspection;
}

/** Reads intermediate results of networks, for comparisons. */
export interface Inspection {
  /** Whether to keep a tap. The others cost nothing. */
  wants(tap: string): boolean;
  /** Gets the values of each kept tap after each run. */
  found(tap: string, shape: readonly number[], data: HostArray): void;
}

const noWeights: Weights = {
  tensor: (name) => Promise.reject(new Error(`there is no checkpoint here to read "${name}" from`)),
};

/**
 * Resources for the plans of one network: the pipelines of the device, with constants and readback buffers for this
 * network alone.
 * @param weights source of the network's weights; without it, plans may read no weights
 */
export const sharedFor = (device: Device, weights: Weights = noWeights): Shared => ({
  device,
  pipelines: Pipelines.of(device),
  constants: new Constants(device, weights),
  readback: new Readback(device),
});
