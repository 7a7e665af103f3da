/** Targets that tests lower for, without a device. */
import { BASELINE, PREFERENCES, type Target } from '../../src/kernels/target.ts';

/** A GPU's preferences on an adapter that could run the subgroup8 variants, too. */
export const targetWith8Lanes: Target = { ...BASELINE, subgroupMinSize: 8, subgroupMaxSize: 8 };

/** A GPU's preferences on an adapter that could run all variants of matrix products. */
export const targetWithAll: Target = { ...targetWith8Lanes, maxWorkgroupBytes: 32768, matrix: { rows: 16 } };

/** A software adapter with subgroups of eight. */
export const software8: Target = { ...targetWith8Lanes, ...PREFERENCES.software8 };
