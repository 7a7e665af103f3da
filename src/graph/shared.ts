/** What the plans of one network share on a device: pipelines, weights, buffers for reading back. */
import { Constants, type Weights } from './constants.ts';
import type { Device } from './device.ts';
import { Pipelines } from './pipelines.ts';
import { Readback, type HostArray } from './transfer.ts';

/** What plans of one device share: pipelines, constants of one set of weights, buffers for reading back. */
export interface Shared {
  readonly device: Device;
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

/** What plans of one device share, without a checkpoint or with one. */
export const sharedFor = (device: Device, weights: Weights = noWeights): Shared => ({
  device,
  pipelines: new Pipelines(device),
  constants: new Constants(device, weights),
  readback: new Readback(device),
});
