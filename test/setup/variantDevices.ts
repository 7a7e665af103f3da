/** Devices for tests that run a kernel in each of its variants. */
import { afterAll } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { type MatrixUnit, type Precision, type ProductVariant, supportsSubgroup8 } from '../../src/kernels/target.ts';
import { openDevice, testDevice } from './evaluate.ts';

const opened = new Map<string, Promise<Device>>();

/**
 * A device that runs the kernels of an entry of the table in a variant, or in the one that the adapter prefers. It is the
 * file's own device where that one runs the same variant: software adapters take a second to build each pipeline.
 */
export async function deviceFor(
  entry: 'linear' | 'conv' | 'attention',
  variant: ProductVariant | 'preferred',
  precision: Precision = 'f32',
): Promise<Device> {
  const own = await testDevice();
  // Where subgroups do not have eight lanes, the tiled variant runs in any case.
  const runs = variant === 'subgroup8' && supportsSubgroup8(own.target) !== true ? 'tiled' : variant;
  const isOwn = runs === 'preferred' || runs === own.target[entry];
  if (isOwn && precision === own.target.precision) return own;
  const key = isOwn ? precision : `${precision} ${entry} ${runs}`;
  let device = opened.get(key);
  if (!device) {
    const preference = isOwn ? {} : { target: { [entry]: runs }, without: runs === 'tiled' ? ['subgroups'] : [] };
    opened.set(key, (device = openDevice({ precision, ...preference })));
  }
  return device;
}

/**
 * A device on which matrix products and convolutions run in the `matrix` variant, with its twin in plain WGSL. Where the adapter
 * has no arithmetic of halves, which the twin needs, the tiled variant runs.
 */
export function matrixDevice(rows: MatrixUnit['rows']): Promise<Device> {
  const key = `matrix ${rows}`;
  const device = opened.get(key) ?? openMatrixDevice(rows);
  opened.set(key, device);
  return device;
}

async function openMatrixDevice(rows: MatrixUnit['rows']): Promise<Device> {
  const target = { linear: 'matrix', conv: 'matrix', matrix: { rows, twin: true } } as const;
  const device = await openDevice({ precision: 'f16', target });
  if (hasHalfArithmetic(device)) return device;
  device.dispose();
  return openDevice({ precision: 'f16', target: { linear: 'tiled', conv: 'tiled' } });
}

/** Whether the device computes with halves, and does not only store them. */
export const hasHalfArithmetic = ({ gpu }: Device): boolean => gpu.features.has('shader-f16');

afterAll(async () => {
  for (const device of opened.values()) (await device).dispose();
  opened.clear();
});
