/** What plans share: pipelines of the device, constants of one set of weights, buffers for reading back. */
import { Constants, type Weights } from './constants.ts';
import type { Device } from './device.ts';
import { Pipelines } from './pipelines.ts';
import { Readback, type HostArray } from './transfer.ts';

export interface Shared {
  readonly device: Device;
  /** Those of the device, whatever the weights. */
  readonly pipelines: Pipelines;
  readonly constants: Constants;
  readonly readback: Readback;
  /** Set to look into networks: plans are then not fused, and their taps are read after every run. */
  readonly inspection?: Inspection;
}

export interface Inspection {
  /** Which taps to keep; the others cost nothing. */
  wants(tap: string): boolean;
  /** Gets each kept tap after each run. */
  found(tap: string, shape: readonly number[], data: HostArray): void;
}

const noWeights: Weights = {
  tensor: (name) => Promise.reject(new Error(`there is no checkpoint here to read "${name}" from`)),
};

/**
 * For plans of one network: the device's pipelines, and constants and buffers of its own.
 * @param weights where the network's weights come from; without, plans may have no weights
 */
export const sharedFor = (device: Device, weights: Weights = noWeights): Shared => ({
  device,
  pipelines: Pipelines.of(device),
  constants: new Constants(device, weights),
  readback: new Readback(device),
});
