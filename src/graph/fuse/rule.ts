/**
 * The contract of a fusion rule.
 *
 * A rule tests the op of a node (`linearOp.is(node)`) and then sees the node's typed inputs and attributes. They alone
 * decide what the node computes. A rule may
 * - replace any input and any attribute with `op.with(node, ...)`: the op's `lower` accepts every combination that its
 *   types allow and its kernel's checks pass;
 * - fuse a node that `onlyProducer` returned: no other node reads that node's result, and it is no result of the graph;
 * - add intermediate results: new tensors with the origin "node".
 * A rule must
 * - make every output of the replaced node an output of a replacement, as the same tensor, so that its readers stay
 *   valid. The replacement may compute it in another shape with as many elements;
 * - compute the same numbers, up to the order of a few roundings;
 * - keep the scope of the nodes that it replaces, and modify no node that it was given.
 */
import type { Node, Tensor } from '../tensor.ts';

export interface Context {
  /**
   * The node that computes `t`, or the tensor that `t` is a view of. Undefined if its result has other readers or is a
   * result of the graph.
   * @param reads number of reads of the result by the nodes that the rule rewrites; 1 by default
   */
  onlyProducer(t: Tensor, reads?: number): Node | undefined;
}

/** The result of a rule: nodes that replace the node it was given, and the earlier nodes that were fused into them. */
export interface Rewrite {
  /** Run where the node ran, so the inputs of the node and of the fused nodes are ready. */
  readonly replacements: readonly Node[];
  /** Earlier nodes that are removed, because the replacements compute their part. */
  readonly fused: readonly Node[];
}

export interface Rule {
  readonly name: string;
  /** Tries the rule on one node. @returns undefined if the rule does not apply */
  apply(node: Node, context: Context): Rewrite | undefined;
}
