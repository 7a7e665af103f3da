/** Runs a fixture's network twice: unfused to read its taps, then fused to read its results. */
import { sharedFor } from '../../src/graph/shared.ts';
import type { Shared } from '../../src/graph/shared.ts';
import type { DeviceTensor } from '../../src/graph/transfer.ts';
import type { WeightSource } from '../../weights/index.ts';
import type { Values } from './values.ts';
import type { Session } from './session.ts';

export type Mode = 'unfused' | 'fused';

/** Values of taps, by name; the first value found under a name stays until `clear`. */
export type Taps = Map<string, Values>;

/**
 * Calls `run` in both modes with the same uploaded weights.
 * @param wants which taps the fixture can compare
 */
export async function inBothModes(
  session: Session,
  weights: WeightSource,
  wants: (tap: string) => boolean,
  run: (shared: Shared, mode: Mode, taps: Taps) => Promise<void>,
): Promise<void> {
  const shared = sharedFor(session.device, weights);
  try {
    const taps: Taps = new Map();
    const inspection: Shared['inspection'] = {
      wants,
      found: (tap, shape, data) => void (taps.has(tap) || taps.set(tap, { shape, data })),
    };
    await run({ ...shared, inspection }, 'unfused', taps);
    await run(shared, 'fused', new Map());
  } finally {
    shared.constants.dispose();
    shared.readback.dispose();
  }
}

/** The host copy of a device tensor, with its shape. */
export const read = async (t: DeviceTensor): Promise<Values> => ({ shape: t.shape, data: await t.read() });

/** Makes a network with its weights, works with it, and frees it. */
export async function withNetwork<N extends { dispose(): Promise<void> }, T>(
  session: Session,
  source: WeightSource | undefined,
  create: (shared: Shared) => N,
  work: (network: N) => Promise<T>,
): Promise<T> {
  const shared = sharedFor(session.device, source);
  const network = create(shared);
  try {
    return await work(network);
  } finally {
    await network.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  }
}
