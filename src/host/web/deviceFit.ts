/** Whether networks can run on the browser's adapter, said before anything is downloaded or loaded. */
import type { Precision } from '../../kernels/target.ts';
import { type Checkpoint, checkpoints, findCheckpoint } from '../../../weights/index.ts';
import { fitOf, type NetworkFit } from '../../pipeline/fit.ts';
import type { WeightSet } from '../../pipeline/registry.ts';
import { UserError } from '../errors.ts';
import { megabytes } from '../../kernels/megabytes.ts';
import { requestWebAdapter } from './adapter.ts';

/** Whether networks can run here, as far as a browser tells. */
export interface DeviceFit {
  readonly networks: readonly NetworkFit[];
  /** Whether the adapter's limits allow all of them. */
  readonly fits: boolean;
  /** Bytes of the weights of all networks on the device. With `keepNetworks: false`, only one network is there at a time. */
  readonly weightBytes: number;
  /** Bytes of main memory, rounded by the browser and capped, often at 8 GB; absent if the browser does not tell. */
  readonly hostMemory?: number;
  /** All of this in sentences for the user. */
  readonly summary: string;
}

export interface FitOptions {
  /** As in the options of the engine. */
  readonly precision?: Precision;
}

/**
 * Says whether networks fit on the browser's adapter. Nothing is downloaded: for weights that are opened, their shapes suffice,
 * and for released checkpoints their ids.
 * @param weights opened weights, or ids of `checkpoints`
 * @throws UserError if there is no WebGPU, no adapter, or no checkpoint of an id
 */
export async function fitOnDevice(
  weights: WeightSet | readonly string[],
  { precision }: FitOptions = {},
): Promise<DeviceFit> {
  const wanted = isIds(weights) ? weights.map(checkpointOf) : weights;
  const { adapter } = await requestWebAdapter();
  const networks = fitOf(wanted, adapter, precision);
  const weightBytes = networks.reduce((sum, network) => sum + network.weightBytes, 0);
  // Only browsers on Chromium have it.
  const { deviceMemory } = navigator as { readonly deviceMemory?: number };
  return {
    ...{ networks, weightBytes, fits: networks.every(({ fits }) => fits), summary: summaryOf(networks, weightBytes) },
    ...(deviceMemory !== undefined && { hostMemory: deviceMemory * 2 ** 30 }),
  };
}

function summaryOf(networks: readonly NetworkFit[], weightBytes: number): string {
  const reasons = networks.flatMap(({ reason }) => reason ?? []);
  if (reasons.length > 0) return reasons.join('\n');
  return (
    `The weights take ${megabytes(weightBytes)} of GPU memory, and results of layers come on top. The limits of this adapter ` +
    'allow that. Browsers do not tell how much memory the GPU has: if it is too little, loading fails with an error.'
  );
}

const isIds = (weights: WeightSet | readonly string[]): weights is readonly string[] => Array.isArray(weights);

function checkpointOf(id: string): Checkpoint {
  const found = findCheckpoint(id);
  if (found) return found;
  throw new UserError(`There is no checkpoint ${id}.`, {
    hint: `There are: ${checkpoints.map((checkpoint) => checkpoint.id).join(', ')}.`,
  });
}
