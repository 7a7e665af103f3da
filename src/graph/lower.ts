/** Lowering: nodes become kernel calls for one target, and every operand is mapped to the owner of its memory. */
import { results, isCopy, type Operand, type Step } from '../kernels/dispatch.ts';
import { show, size } from '../kernels/check.ts';
import type { Target } from '../kernels/target.ts';
import { ShapeError } from './errors.ts';
import { Tensor, type Node } from './tensor.ts';

export interface Lowered {
  readonly steps: readonly Step[];
  /** Scope of each step, for profiles. */
  readonly scopes: readonly string[];
  /** The owner of an operand's memory: a root tensor, or the scratch operand of a kernel. */
  owner(operand: Operand): Operand;
}

/** @throws ShapeError if a kernel's result and the recorded tensor differ in size or type */
export function lower(nodes: readonly Node[], target: Target): Lowered {
  const steps: Step[] = [];
  const scopes: string[] = [];
  const alias = new Map<Operand, Tensor>();
  for (const node of nodes) {
    const made = node.op.lower(target, node);
    results(made).forEach((operand, i) => {
      const tensor = node.outputs[i];
      if (size(operand) !== size(tensor) || operand.dtype !== tensor.dtype) {
        throw new ShapeError(
          `${node.op.name}: gives ${operand.dtype} ${show(operand.shape)} here, but was recorded as ` +
            `${tensor.dtype} ${show(tensor.shape)}.`,
        );
      }
      alias.set(operand, tensor);
    });
    for (const step of made) {
      steps.push(step);
      scopes.push(node.scope);
    }
  }
  return {
    steps,
    scopes,
    owner(operand) {
      const tensor = operand instanceof Tensor ? operand : alias.get(operand);
      return tensor ? tensor.root : operand;
    },
  };
}

/** The operands that a step reads and writes. */
export function accesses(step: Step): { reads: readonly Operand[]; writes: readonly Operand[] } {
  if (isCopy(step)) return { reads: [step.from], writes: [step.to] };
  return { reads: step.inputs.filter((o) => o !== null), writes: step.outputs };
}
