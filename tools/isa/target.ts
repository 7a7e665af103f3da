/** The GPU that machine code is made for. */
import { BASELINE, PREFERENCES, type Target } from '../../src/kernels/target.ts';

/** GPUs for which Mesa's RADV compiles without hardware: RDNA 3, RDNA 2 and GCN 5. */
export const FAMILIES = ['navi31', 'navi21', 'vega10'] as const;
export type Family = (typeof FAMILIES)[number];
/** The one of them that has matrix instructions. */
export const MATRIX_FAMILY: Family = 'navi31';

/** What kernels may rely on: the row `gpu` of the table, and limits that current GPUs of all vendors have. */
export const GPU_TARGET: Target = {
  ...BASELINE,
  ...PREFERENCES.gpu,
  maxBindingBytes: 2 ** 30,
  maxWorkgroupBytes: 32768,
  subgroupMinSize: 32,
  subgroupMaxSize: 64,
};

/** The same with matrix instructions, as `--precision f16` has them. */
export const MATRIX_TARGET: Target = { ...GPU_TARGET, precision: 'f16', matrix: { rows: 16 } };
