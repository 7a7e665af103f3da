/**
 * What a fusion rule is.
 *
 * A rule narrows nodes by their ops (`linearOp.is(node)`). It then sees their typed inputs and attributes, and nothing else
 * decides what a node computes. It may
 * - replace any input and any attribute, with `op.with(node, ...)`: the op's `lower` accepts every combination that its types
 *   allow and its kernel's checks pass;
 * - absorb a node that `onlyProducer` gave it, because nobody else reads or keeps that node's result;
 * - add results of its own: new tensors with the origin "node".
 * It must
 * - give each output of the node that it replaces to a replacement; the tensor stays, and with it all who read it. A
 *   replacement may give its result another shape with as many elements;
 * - compute the same numbers, up to the order of a few roundings;
 * - keep the scope of the nodes that it rewrites, and change no node that it was given.
 */
import type { Node, Tensor } from '../tensor.ts';

export interface Context {
  /**
   * The node that computes `t` (or what `t` is a view of), if nobody else reads its result and nobody keeps it.
   * @param reads how often the asking rule accounts for reading it; 1 by default
   */
  onlyProducer(t: Tensor, reads?: number): Node | undefined;
}

/** What a rule does: nodes that take the place of the one it looked at, and the earlier nodes that they absorb. */
export interface Rewrite {
  /** They run where the node ran, so everything that it or the absorbed nodes read is ready. */
  readonly replacements: readonly Node[];
  readonly absorbed: readonly Node[];
}

export interface Rule {
  readonly name: string;
  /** Looks at one node. @returns undefined where the rule does not apply */
  apply(node: Node, context: Context): Rewrite | undefined;
}
