/** What a recorded graph is made of: tensors, which hold no data, and the nodes that compute them. */
import { expect, show, size } from '../kernels/check.ts';
import type { DType, Operand, Step } from '../kernels/dispatch.ts';
import type { Target } from '../kernels/target.ts';
import type { ConstantSpec, WeightName } from './constantSpec.ts';

export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'node' }
  /** Computed once on the host, when the plan is compiled, from weights of the checkpoint. */
  | {
      readonly kind: 'constant';
      readonly name: string;
      /** Identifies the values: equal keys of one weight source are uploaded once. Made by `constantKey`. */
      readonly key: string;
      readonly needs: readonly WeightName[];
      readonly compute: (...weights: Float32Array[]) => Float32Array | Uint32Array;
    };

/** The graph that a tensor belongs to, as models and ops see it. `Graph` of record.ts is the only one there is. */
export interface Recorder {
  weight(name: string, shape: readonly number[]): Tensor;
  constant(spec: ConstantSpec): Tensor;
  tap(name: string, tensor: Tensor): Tensor;
  scope<T>(name: string, body: () => T): T;
  /** Called by ops, which have checked the node. */
  append(node: Omit<Node, 'scope'>): void;
}

/** A tensor: a shape, a type and where its values come from. */
export class Tensor implements Operand {
  readonly storage = 'buffer' as const;

  constructor(
    readonly graph: Recorder,
    readonly shape: readonly number[],
    readonly dtype: DType,
    readonly origin: Origin,
    /** Set on views: the tensor whose memory this one shows under another shape. */
    readonly base?: Tensor,
  ) {}

  /** The tensor that owns the memory. */
  get root(): Tensor {
    return this.base?.root ?? this;
  }

  /**
   * The same values under another shape; at most one `-1` is inferred.
   * @throws ShapeError if the number of elements differs
   */
  reshape(shape: readonly number[]): Tensor {
    const known = shape.reduce((a, b) => (b === -1 ? a : a * b), 1);
    const full = shape.map((d) => (d === -1 ? size(this) / known : d));
    expect(
      full.every((d) => Number.isInteger(d) && d >= 0) && size({ shape: full }) === size(this),
      'reshape',
      `${show(this.shape)} has ${size(this)} elements, which do not fill ${show(shape)}.`,
    );
    return new Tensor(this.graph, full, this.dtype, this.origin, this);
  }
}

/** Operands by name. `null` is an operand that this node does without. */
export type Inputs = Readonly<Record<string, Tensor | null | readonly Tensor[]>>;

/** One call of an op. Ops narrow it: `linearOp.is(node)` types its inputs and attributes. */
export interface Node {
  readonly op: AnyOp;
  readonly inputs: Inputs;
  /** Plain data. */
  readonly attributes: object;
  readonly outputs: readonly Tensor[];
  /** Path of `Graph.scope` names, for profiles. */
  readonly scope: string;
}

/** An op whose inputs and attributes are not known; `Op` of op.ts has them. */
export interface AnyOp {
  readonly name: string;
  /** Kernel calls that compute the node on a target. Its results are the outputs of the last dispatch. */
  lower(target: Target, node: Node): readonly Step[];
}

/** The tensors that a node reads. */
export const inputsOf = (inputs: Inputs): Tensor[] =>
  Object.values(inputs).flatMap((x) => (x === null ? [] : x instanceof Tensor ? [x] : x));
