/**
 * What kernels may rely on, and the table that says which variant of a kernel each class of adapter prefers.
 *
 * Kernels with workgroup tiles are fast on GPUs. On software adapters (lavapipe) they are ten times slower than they could
 * be, because loads from buffers and workgroup memory are scalarized there. Kernels are fast there if they read constants
 * from storage textures and share values by constant-lane `subgroupBroadcast`. Those need subgroups of exactly eight lanes.
 */
import type { FloatType } from './dtype.ts';

import type { Tuning } from './tuning.ts';

/** Variants of matrix products, convolutions and attention. Exported for tests. */
export const MATRIX_VARIANTS = ['tiled', 'tiled8x8', 'subgroup8'] as const;
export type MatrixVariant = (typeof MATRIX_VARIANTS)[number];
/** Variants of matrix products and convolutions: `matrix` uses a GPU's matrix instructions. */
export const PRODUCT_VARIANTS = [...MATRIX_VARIANTS, 'matrix'] as const;
export type ProductVariant = (typeof PRODUCT_VARIANTS)[number];
/** Variants of kernels that reduce rows. */
export const ROW_VARIANTS = ['workgroup', 'subgroup', 'lane'] as const;
export type RowVariant = (typeof ROW_VARIANTS)[number];
export type SweepStrategy = 'batched' | 'layered';
/** Storage of large weights and of activations; arithmetic is f32. */
export type Precision = FloatType;

/**
 * A row of the table: the preferred variant by kind of kernel. A kernel falls back where that one cannot run. `bySize`: the
 * variant that suits the size of the problem (`suits` in variant.ts).
 */
export interface Preferences {
  readonly linear: ProductVariant | 'bySize';
  /** Convolutions and transposed convolutions. */
  readonly conv: ProductVariant | 'bySize';
  /** Attention, and the sweep's decoder, which is mostly attention. */
  readonly attention: MatrixVariant | 'bySize';
  /** Kernels that reduce rows: a workgroup per row, with or without subgroup operations, or a single invocation. */
  readonly rows: RowVariant;
  readonly sweep: SweepStrategy;
}

/** Matrix instructions of a device: operands of f16, sums of f32, fragments of 16 columns and 16 terms. */
export interface MatrixUnit {
  /** Rows of a fragment. */
  readonly rows: 8 | 16;
  /** Why kernels may not use it: a plain sentence without its full stop. Absent once the self-test has passed. */
  readonly refused?: string;
  /** Plain WGSL takes the place of the instructions. For tests on adapters without them. */
  readonly twin?: boolean;
}

export interface Target extends Preferences {
  readonly precision: Precision;
  readonly maxBindingBytes: number;
  readonly maxWorkgroupBytes: number;
  readonly maxInvocations: number;
  /** Lanes of the smallest and largest subgroup; 0 on a device without subgroups. */
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
  /** Matrix instructions, or why there are none: a plain sentence without its full stop. */
  readonly matrix: MatrixUnit | string;
  /** Variants that were measured to be faster than those of the table, if the adapter was tuned. */
  readonly tuned?: Tuning;
}

export type AdapterClass = 'gpu' | 'software8' | 'software';

/** The table. `unflat bench` measures the variants; `unflat doctor` prints the row in use. */
export const PREFERENCES: Readonly<Record<AdapterClass, Preferences>> = {
  gpu: { linear: 'bySize', conv: 'bySize', attention: 'bySize', rows: 'subgroup', sweep: 'batched' },
  software8: { linear: 'subgroup8', conv: 'subgroup8', attention: 'subgroup8', rows: 'lane', sweep: 'batched' },
  software: { linear: 'tiled', conv: 'tiled', attention: 'tiled', rows: 'lane', sweep: 'layered' },
};

/** The entry of the table for each kernel; kernels without an entry prefer the first variant of their list. */
const ENTRIES: Readonly<Record<string, keyof Preferences>> = {
  linear: 'linear',
  conv2d: 'conv',
  convTranspose2d: 'conv',
  attention: 'attention',
  relativeTerms: 'attention',
  sweepDecoder: 'attention',
  layerNorm: 'rows',
  softmax: 'rows',
  matmul: 'rows',
  sweep: 'sweep',
};

/** Name of the variant that the target prefers for a kernel, if its table has an entry for it. */
export const preferred = (target: Target, kernel: string): string | undefined =>
  kernel in ENTRIES ? target[ENTRIES[kernel]] : undefined;

export interface AdapterFacts {
  readonly software: boolean;
  readonly subgroupMinSize: number;
  readonly subgroupMaxSize: number;
}

/** Whether every subgroup has exactly eight lanes, as the `subgroup8` variants need, or the reason why not. */
export function supportsSubgroup8({
  subgroupMinSize: min,
  subgroupMaxSize: max,
}: Pick<AdapterFacts, 'subgroupMinSize' | 'subgroupMaxSize'>): true | string {
  if (min === 8 && max === 8) return true;
  const found = max === 0 ? 'the device has no subgroups' : `subgroups here have ${min} to ${max} lanes`;
  return `${found}; exactly 8 lanes are needed`;
}

/** Whether there are subgroups, of any size, as the `subgroup` variants need, or the reason why not. */
export const supportsSubgroups = ({ subgroupMaxSize }: Pick<AdapterFacts, 'subgroupMaxSize'>): true | string =>
  subgroupMaxSize > 0 || 'the device has no subgroups';

/** Whether kernels may use the device's matrix instructions, or the reason why not. */
export function supportsMatrix({ matrix }: Pick<Target, 'matrix'>): true | string {
  return typeof matrix === 'string' ? matrix : (matrix.refused ?? true);
}

/** The row of the table for an adapter. */
export function adapterClass(facts: AdapterFacts): AdapterClass {
  if (!facts.software) return 'gpu';
  return supportsSubgroup8(facts) === true ? 'software8' : 'software';
}

/** What every WebGPU adapter has; shape rules are checked against it when an op is recorded. */
export const BASELINE: Target = {
  ...PREFERENCES.gpu,
  precision: 'f32',
  maxBindingBytes: 128 * 2 ** 20,
  maxWorkgroupBytes: 16384,
  maxInvocations: 256,
  subgroupMinSize: 0,
  subgroupMaxSize: 0,
  matrix: 'the device has no matrix instructions',
};
