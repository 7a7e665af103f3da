/** Workgroup counts. */
import { LimitError } from './check.ts';

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** Workgroups per axis that every WebGPU adapter allows. */
export const MAX_GROUPS = 65535;

/**
 * `count` workgroups folded over x and y, because one axis holds at most 65535.
 * WGSL side: `let i = workgroup.y * numWorkgroups.x + workgroup.x; if (i >= count) { return; }`
 * (see `shared/grid.wgsl`).
 */
export function splitGrid(count: number): [number, number, number] {
  if (count <= MAX_GROUPS) return [Math.max(1, count), 1, 1];
  const y = ceilDiv(count, MAX_GROUPS);
  if (y > MAX_GROUPS) throw new LimitError(`${count} workgroups do not fit into a dispatch of 65535 x 65535.`);
  return [ceilDiv(count, y), y, 1];
}
