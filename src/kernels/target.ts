/**
 * Which kernel family runs on which class of adapter: the one place where that is decided.
 *
 * Workgroup-tiled kernels are right on GPUs. Software adapters (lavapipe) run the same WGSL ten times too slowly,
 * because buffer and workgroup-memory loads are scalarized there; kernels that read constants from storage textures and
 * share values by constant-lane `subgroupBroadcast` are fast. Those are written for subgroups of exactly eight lanes.
 */

export type Family = 'tiled' | 'subgroup8';
export type SweepStrategy = 'batched' | 'layered';
/** Storage of large weights: f32, or f16 with f32 arithmetic. */
export type Precision = 'f32' | 'f16';

/** What kernels may rely on. */
export interface Target {
  readonly matmul: Family;
  readonly attention: Family;
  readonly conv: Family;
  /** Kernels that reduce rows: a workgroup to a row, or a single invocation. */
  readonly rows: 'workgroup' | 'lane';
  readonly sweep: SweepStrategy;
  readonly precision: Precision;
  readonly maxBindingBytes: number;
  readonly maxWorkgroupBytes: number;
  readonly maxInvocations: number;
}

export type AdapterClass = 'gpu' | 'software8' | 'software';

type Choice = Pick<Target, 'matmul' | 'attention' | 'conv' | 'rows' | 'sweep'>;

/** The table. `unflat bench` measures both families; `unflat doctor` prints the row in use. */
export const CHOICES: Readonly<Record<AdapterClass, Choice>> = {
  gpu: { matmul: 'tiled', attention: 'tiled', conv: 'tiled', rows: 'workgroup', sweep: 'batched' },
  software8: { matmul: 'subgroup8', attention: 'subgroup8', conv: 'subgroup8', rows: 'lane', sweep: 'batched' },
  software: { matmul: 'tiled', attention: 'tiled', conv: 'tiled', rows: 'lane', sweep: 'layered' },
};

export interface AdapterFacts {
  readonly software: boolean;
  readonly subgroups: boolean;
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
}

/** The row of the table for an adapter. The subgroup kernels need subgroups of exactly eight. */
export function adapterClass(facts: AdapterFacts): AdapterClass {
  if (!facts.software) return 'gpu';
  return facts.subgroups && facts.subgroupMinSize === 8 && facts.subgroupMaxSize === 8 ? 'software8' : 'software';
}

/** What every WebGPU adapter has; shape rules are checked against it when an op is recorded. */
export const BASELINE: Target = {
  ...CHOICES.gpu,
  precision: 'f32',
  maxBindingBytes: 128 * 2 ** 20,
  maxWorkgroupBytes: 16384,
  maxInvocations: 256,
};
