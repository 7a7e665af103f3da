/**
 * Ops and how they are defined. The inputs and attributes of a node say everything about it: `lower` is a pure function
 * of them and of the target. A fusion rule may therefore change either.
 */
import { expect } from '../kernels/check.ts';
import { results, type Step } from '../kernels/dispatch.ts';
import { BASELINE, type Target } from '../kernels/target.ts';
import { inputsOf, Tensor, type AnyOp, type Inputs, type Node, type Recorder } from './tensor.ts';

/** `T` if it is plain data: numbers, strings, booleans, lists and records of these. Functions become `never`. */
export type Plain<T> = T extends string | number | boolean | null | undefined | ArrayLike<number>
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : { readonly [K in keyof T]: Plain<T[K]> };

/** Attributes of an op: a record of plain data. */
export type Attributes<A> = object & { readonly [K in keyof A]: Plain<A[K]> };

export interface OpDefinition<I extends Inputs, A extends Attributes<A>> {
  /** Also the name of the function that records the op and, if the op has a kernel of its own, the kernel's label. */
  readonly name: string;
  /**
   * Calls kernel wrappers, which check shapes. It must use nothing but its arguments. It runs once when the op is
   * recorded, and again when a plan is compiled for a device. The outputs of the last dispatch are the results of the
   * op.
   */
  lower(this: void, target: Target, inputs: I, attributes: A): readonly Step[];
}

/** A node whose op is known, with typed inputs and attributes. */
export interface OpNode<I extends Inputs, A extends object> extends Node {
  readonly inputs: I;
  readonly attributes: A;
}

/** Parts of a node that a fusion rule replaces; absent parts stay. */
export interface NodeChange<I extends Inputs, A extends object> {
  readonly inputs?: Partial<I>;
  readonly attributes?: Partial<A>;
  readonly outputs?: readonly Tensor[];
}

export class Op<I extends Inputs, A extends Attributes<A>, R> implements AnyOp {
  readonly name: string;

  constructor(
    private readonly definition: OpDefinition<I, A>,
    private readonly named: (outputs: readonly Tensor[]) => R,
  ) {
    this.name = definition.name;
  }

  /**
   * Appends a node to the graph of its inputs. The kernel wrapper is the op's shape rule. It runs here, so a shape
   * error points at the model's line that caused it.
   * @param graph needed only if no input is a tensor
   * @throws ShapeError if operands do not fit, or belong to several graphs
   */
  record(inputs: I, attributes: A, graph: Recorder = this.graphOf(inputs)): R {
    for (const x of inputsOf(inputs)) {
      expect(x.graph === graph, this.name, 'an operand belongs to another graph; pass it in as an input instead.');
    }
    const outputs = results(this.definition.lower(BASELINE, inputs, attributes)).map(
      (o) => new Tensor(graph, o.shape, o.dtype, { kind: 'node' }),
    );
    graph.append({ op: this, inputs, attributes, outputs });
    return this.named(outputs);
  }

  /** Whether a node is of this op. It narrows the types of the node's inputs and attributes. */
  is(node: Node | undefined): node is OpNode<I, A> {
    return node?.op === this;
  }

  /** A copy of `node` with some inputs, attributes or outputs replaced. */
  with(node: OpNode<I, A>, { inputs, attributes, outputs }: NodeChange<I, A>): OpNode<I, A> {
    return {
      ...node,
      inputs: { ...node.inputs, ...inputs },
      attributes: { ...node.attributes, ...attributes },
      outputs: outputs ?? node.outputs,
    };
  }

  /** @throws Error if the node is of another op */
  lower(target: Target, node: Node): readonly Step[] {
    if (!this.is(node)) throw new Error(`${this.name} cannot lower a node of ${node.op.name}`);
    return this.definition.lower(target, node.inputs, node.attributes);
  }

  private graphOf(inputs: I): Recorder {
    const [first] = inputsOf(inputs);
    expect(first !== undefined, this.name, 'no input is a tensor; name the graph to record in.');
    return first.graph;
  }
}

/** The node type of an op: `NodeOf<typeof linearOp>`. */
export type NodeOf<O> = O extends Op<infer I, infer A, unknown> ? OpNode<I, A> : never;

/** Attributes of an op that has none. */
export type NoAttributes = Readonly<Record<never, never>>;

/**
 * Defines an op: `defineOp<{ readonly x: Tensor }, { readonly kind: UnaryKind }>({ name: 'unary', lower: ... })`.
 * Inputs are a `type`, because TypeScript does not take an `interface` for a record. Ops are defined at the top level
 * of a module, so that `lower` cannot capture variables of a caller.
 * @param named for an op with several results: turns the outputs of the last dispatch into the value that `record`
 *   returns. Without it, `record` returns the only result.
 */
export function defineOp<I extends Inputs, A extends Attributes<A> = NoAttributes>(
  definition: OpDefinition<I, A>,
): Op<I, A, Tensor>;
export function defineOp<I extends Inputs, A extends Attributes<A>, R>(
  definition: OpDefinition<I, A>,
  named: (outputs: readonly Tensor[]) => R,
): Op<I, A, R>;
export function defineOp<I extends Inputs, A extends Attributes<A>, R>(
  definition: OpDefinition<I, A>,
  named?: (outputs: readonly Tensor[]) => R,
): Op<I, A, R | Tensor> {
  return new Op<I, A, R | Tensor>(definition, named ?? (([y]) => y));
}
