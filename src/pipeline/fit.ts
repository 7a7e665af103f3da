/** Whether networks can run on an adapter, said before their weights are loaded. */
import { type AdapterDescription, type Device, lowLimit, targetOf } from '../graph/device.ts';
import { LimitError } from '../graph/errors.ts';
import { footprintOf, type Footprint } from '../graph/footprint.ts';
import { megabytes } from '../kernels/megabytes.ts';
import { BASELINE, type Precision, type Target } from '../kernels/target.ts';
import { findWeights, type Checkpoint } from '../../weights/index.ts';
import type { NetworkModule } from './networkModule.ts';
import { networkNamed, networks, type WeightSet } from './registry.ts';
import { ALL_ROLES, type NetworkChoice, type Role } from './roles.ts';

/** Whether a network fits on an adapter, as far as the adapter's limits tell. */
export interface NetworkFit {
  /** Id of the network: sam, zoe or mcc. */
  readonly network: string;
  readonly title: string;
  /** Bytes of its weights on the device. Results of its layers come on top, and take more for photos that are long and narrow. */
  readonly weightBytes: number;
  /** Bytes of the largest buffer that it needs. */
  readonly largestBuffer: number;
  /** Bytes of the largest buffer that the adapter allows. */
  readonly maxBuffer: number;
  /** Whether the adapter's limits allow it. The memory may still not suffice: WebGPU does not tell how much there is. */
  readonly fits: boolean;
  /** Why it does not fit; absent if it does. */
  readonly reason?: string;
}

/**
 * Computes for each network whether it can run on an adapter. No weights are read: shapes suffice.
 * @param weights opened weights, or released checkpoints
 * @param adapter a `GPUAdapter`
 * @param precision as in the options of the engine
 */
export function fitOf(
  weights: WeightSet | readonly Checkpoint[],
  adapter: AdapterDescription,
  precision: Precision = 'f32',
): NetworkFit[] {
  return configsOf(weights).map(([id, config]) => fitOfNetwork(id, config, adapter, precision));
}

function fitOfNetwork(id: string, config: object, adapter: AdapterDescription, precision: Precision): NetworkFit {
  const network = networkNamed(id);
  const { title } = network;
  const { limits } = adapter;
  const maxBuffer = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const low = lowLimit(limits);
  const target = targetOf(adapter, precision);
  let reason = low && `The adapter has ${low.name} = ${low.value}; at least ${low.min} is needed.`;
  let footprint: Footprint;
  try {
    footprint = footprintOf(network.record(config, target), target);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    reason ??= error.message;
    footprint = footprintOf(network.record(config), BASELINE); // what it would take on an adapter with more
  }
  const { constantBytes: weightBytes, largestBuffer } = footprint;
  if (largestBuffer > maxBuffer) {
    reason ??= `${title} needs a buffer of ${largestBuffer} bytes, but this adapter allows ${maxBuffer}. Use a smaller network.`;
  }
  return { network: id, title, weightBytes, largestBuffer, maxBuffer, fits: !reason, ...(reason && { reason }) };
}

/** Bytes that a network takes on a device while it works on a photo of usual size, in the smallest parts in which it can work. */
export function bytesToRun(network: NetworkModule, config: object, target: Target): number {
  const { constantBytes, valueBytes } = footprintOf(
    network.plans?.(config, target) ?? network.record(config, target),
    target,
  );
  return constantBytes + valueBytes;
}

/**
 * Checks, before weights are read, that each network that will run fits into the bound of the device's memory. One network is
 * there at a time, if they do not fit together.
 * @throws LimitError that says what each of them needs, and what would help
 */
export function expectMemory(
  { memory, target }: Device,
  weights: WeightSet,
  choice: NetworkChoice = {},
  roles: readonly Role[] = ALL_ROLES,
): void {
  if (!memory.isBounded) return;
  const chosen = roles.flatMap((role) => {
    const found = configsOf(weights)
      .map(([id, config]) => ({ network: networkNamed(id), config }))
      .filter(({ network }) => network.role === role);
    return found.find(({ network }) => network.id === choice[role]) ?? found[0] ?? [];
  });
  const needs = chosen.map(({ network, config }) => ({
    title: network.title,
    bytes: bytesToRun(network, config, target) + memory.max - memory.forNetwork,
  }));
  if (needs.every(({ bytes }) => bytes <= memory.max)) return;
  const lines = needs.map(({ title, bytes }) => `  ${title} needs ${megabytes(bytes)}\n`).join('');
  const half = target.precision === 'f16' ? '' : ' store weights as f16 (--precision f16),';
  throw new LimitError(
    `The networks do not fit into ${megabytes(memory.max)} of memory:\n${lines}` +
      `  Allow more (--max-memory, maxMemory),${half} or choose smaller networks (--weights).`,
  );
}

/** The configuration of each network, by its id. */
function configsOf(weights: WeightSet | readonly Checkpoint[]): [string, object][] {
  if (isList(weights)) return weights.map(({ network, config }) => [network, networkNamed(network).configs[config]]);
  return networks.flatMap((network): [string, object][] => {
    const found = findWeights(weights, network as NetworkModule);
    return found ? [[network.id, found.config as object]] : [];
  });
}

const isList = (weights: WeightSet | readonly Checkpoint[]): weights is readonly Checkpoint[] => Array.isArray(weights);
