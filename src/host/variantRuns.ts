/** The ways in which a kernel with several variants can run on a device: once in each variant that its target supports. */
import { isCopy, type Dispatch, type Step } from '../kernels/dispatch.ts';
import { PRODUCT_VARIANTS, ROW_VARIANTS, type Target } from '../kernels/target.ts';

/** A kernel, and the entry of the target that selects its variant. */
export interface VariantsOf {
  readonly kernel: string;
  readonly entry: 'linear' | 'conv' | 'attention' | 'rows';
}

export interface VariantRun {
  readonly variant: string;
  /** Overrides of the device's own target, by which the variant runs. */
  readonly target: Partial<Target>;
  /** Whether it runs matrix instructions. */
  readonly matrix?: boolean;
}

/**
 * @param steps what runs on a target
 * @param target of the device
 * @returns a run for each variant; none if no step has variants
 */
export function variantRuns(
  steps: (target: Target) => readonly Step[],
  { kernel, entry }: VariantsOf,
  target: Target,
): VariantRun[] {
  const { matrix } = target;
  // Matrix instructions are refused until they have passed.
  const tested = typeof matrix === 'string' ? matrix : { ...matrix, refused: undefined };
  const runs = new Map<string, VariantRun>();
  for (const preferred of entry === 'rows' ? ROW_VARIANTS : PRODUCT_VARIANTS) {
    const preference = { [entry]: preferred, matrix: tested };
    const withVariant = steps({ ...target, ...preference }).filter(
      (step): step is Dispatch => !isCopy(step) && step.variant !== undefined,
    );
    // Some kernels are dispatched under several names, such as those of reduce.
    const { variant } = withVariant.find((step) => step.kernel === kernel) ?? withVariant[0] ?? {};
    if (variant === undefined || runs.has(variant)) continue;
    runs.set(variant, { variant, target: preference, ...(variant === 'matrix' && { matrix: true }) });
  }
  return [...runs.values()];
}
