/** Which matrix instructions an adapter offers to kernels, and the features that they need. */
import type { MatrixUnit, Precision } from '../kernels/target.ts';

/** WGSL's experimental subgroup matrices. In Node they are there with Dawn's option `allow_unsafe_apis`. */
const SUBGROUP_MATRIX = 'chromium-experimental-subgroup-matrix';

/** Features that programs with matrix instructions need. */
const MATRIX_FEATURES = ['shader-f16', 'subgroups', 'subgroup-size-control', SUBGROUP_MATRIX] as const;

/** Threads of a subgroup in those programs. */
const LANES = 32;

/** Sizes of a matrix instruction: M x K times K x N. As adapters list them in `info.subgroupMatrixConfigs`. */
interface MatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

interface Offer {
  readonly info: Pick<GPUAdapterInfo, 'subgroupMinSize' | 'subgroupMaxSize'> & {
    readonly subgroupMatrixConfigs?: Iterable<MatrixConfig>;
  };
  /** Features of the adapter, or those of a device. */
  readonly features: ReadonlySet<string>;
}

/** The features to request for kernels that use matrix instructions; none where they could not run anyway. */
export const matrixFeatures = (adapter: Offer, precision: Precision): readonly string[] =>
  typeof matrixUnitOf(adapter, precision) === 'string' ? [] : MATRIX_FEATURES;

/** The matrix unit that kernels may use after the self-test, or why there is none. Operands are halves, so f32 has none. */
export function matrixUnitOf({ info, features }: Offer, precision: Precision): MatrixUnit | string {
  if (precision !== 'f16') return 'matrix instructions round operands to halves, and the precision is f32';
  const missing = MATRIX_FEATURES.findLast((feature) => !features.has(feature));
  if (missing !== undefined) return `the device lacks the feature ${missing}`;
  const { subgroupMinSize: min = 0, subgroupMaxSize: max = 0 } = info;
  if (min > LANES || max < LANES) return `subgroups here have ${min} to ${max} lanes; ${LANES} are needed`;
  const configs = [...(info.subgroupMatrixConfigs ?? [])];
  const rows = ([16, 8] as const).find((M) =>
    configs.some(
      (one) =>
        one.componentType === 'f16' && one.resultComponentType === 'f32' && one.M === M && one.N === 16 && one.K === 16,
    ),
  );
  if (rows === undefined) {
    const found = configs.map(
      (one) => `${one.componentType} to ${one.resultComponentType} ${one.M} x ${one.N} x ${one.K}`,
    );
    return `matrices here are ${found.join(', ') || 'of no size'}; f16 to f32, 16 x 16 x 16 or 8 x 16 x 16, is needed`;
  }
  return { rows, refused: 'matrix instructions have not passed the self-test yet' };
}
