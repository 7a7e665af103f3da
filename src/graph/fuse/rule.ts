/** What a fusion rule is. */
import type { Node } from '../record.ts';
import type { Tensor } from '../tensor.ts';

export interface Context {
  /**
   * The node that computes `t` (or what `t` is a view of), if nobody else reads its result and nobody keeps it.
   * @param reads how often the asking rule accounts for reading it; 1 by default
   */
  onlyProducer(t: Tensor, reads?: number): Node | undefined;
}

/**
 * Looks at one node; where it applies, returns the nodes that take its place and the earlier nodes that they absorb.
 * Replacements run where `node` ran, so everything that `node` or the absorbed nodes read is ready.
 */
export interface Rule {
  readonly name: string;
  apply(node: Node, context: Context): { replacements: readonly Node[]; absorbed: readonly Node[] } | undefined;
}

/** A node's operand by name. */
export const operandOf = (node: Node, name: string): Tensor => node.inputs[name] as Tensor;
