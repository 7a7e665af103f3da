/**
 * Variants of a kernel: several programs for one result, each suited to other adapters or sizes. A kernel lists its
 * variants as values of one shape; `choose` picks one of them, and keeps the reasons against the others.
 */
import { isCopy, type OtherVariant, type Step } from './dispatch.ts';
import { LimitError } from './errors.ts';
import { preferred, type Target } from './target.ts';
import { problemKey } from './tuning.ts';

/** One way to run a kernel. */
export interface Variant<Problem, Built> {
  /** Shown in profiles and `unflat doctor`; used in the table of preferences. */
  readonly name: string;
  /** True, or why this variant cannot run the problem on the target: a plain sentence without its full stop. */
  supports(target: Target, problem: Problem): true | string;
  /**
   * Where the table says `bySize`, or names no variant of the kernel: whether this one is the fastest for the problem. Others
   * have no `suits`.
   */
  suits?(problem: Problem, target: Target): boolean;
  build(problem: Problem, target: Target): Built;
}

export interface Chosen<V> {
  readonly variant: V;
  /** Why the variants that come before it were not taken; absent when it is the preferred one. */
  readonly why?: string;
  readonly others: readonly OtherVariant[];
  /** Key of the problem in the target's `tuned`; absent if it has none. */
  readonly key?: string;
}

/**
 * Picks the variant that was measured to be the fastest, if the adapter was tuned; else the one that the target's table
 * prefers for the kernel, else the first in the list that supports the problem. Where the table says `bySize`, or names none of
 * the variants, the one that suits the problem comes first.
 * @param hint what to do when none does
 * @throws LimitError naming the kernel and the reason of every variant
 */
export function choose<Problem, V extends Variant<Problem, unknown>>(
  kernel: string,
  variants: readonly V[],
  target: Target,
  problem: Problem,
  hint = 'Use a smaller configuration or another adapter.',
): Chosen<V> {
  const first = preferred(target, kernel);
  const bySize = !variants.some(({ name }) => name === first);
  const comesFirst = ({ name, suits }: V): number =>
    Number(bySize ? suits?.(problem, target) === true : name === first);
  const byTable = [...variants].sort((a, b) => comesFirst(b) - comesFirst(a));
  const key = target.tuned && problemKey(kernel, target.precision, problem);
  const tuned = key === undefined ? undefined : variants.find(({ name }) => name === target.tuned?.[key]);
  const isTuned = tuned?.supports(target, problem) === true;
  const order = isTuned ? [tuned, ...byTable.filter((variant) => variant !== tuned)] : byTable;
  const answers = order.map((variant) => ({ variant, answer: variant.supports(target, problem) }));
  const place = answers.findIndex(({ answer }) => answer === true);
  if (place < 0) {
    const reasons = answers.map(({ variant, answer }) => `  ${variant.name}: ${answer}.\n`).join('');
    throw new LimitError(`${kernel}: no variant can run this.\n${reasons}  ${hint}`);
  }
  const passedOver =
    isTuned && tuned !== byTable[0]
      ? [`not ${byTable[0].name}: tuned, ${tuned.name} was measured to be faster here`]
      : answers.slice(0, place).map(({ variant, answer }) => `not ${variant.name}: ${answer}`);
  return {
    variant: answers[place].variant,
    ...(passedOver.length > 0 && { why: passedOver.join('; ') }),
    ...(key !== undefined && { key }),
    others: answers
      .filter((_, i) => i !== place)
      .map(({ variant: { name }, answer }) => (answer === true ? { name } : { name, reason: answer })),
  };
}

/** Builds the chosen variant's steps; its dispatches carry the variant's name and the reasons against the others. */
export function build<Problem, Built extends Step>(
  kernel: string,
  variants: readonly Variant<Problem, readonly Built[]>[],
  target: Target,
  problem: Problem,
  hint?: string,
): Built[] {
  const { variant, why, others, key } = choose(kernel, variants, target, problem, hint);
  const labels = {
    ...{ variant: variant.name, others },
    ...(why !== undefined && { why }),
    ...(key !== undefined && { problem: key }),
  };
  return variant.build(problem, target).map((step) => (takesLabels(step) ? { ...step, ...labels } : step));
}

/** Copies take no labels, and dispatches that another kernel built for this one have labels of their own. */
const takesLabels = (step: Step): boolean => !isCopy(step) && step.variant === undefined;
