/** The parts of a recorded graph: tensors, which hold no data, and nodes, which compute them. */
import { expect, show, size } from '../kernels/check.ts';
import type { DType, FloatType, Operand, Step } from '../kernels/dispatch.ts';
import type { Target } from '../kernels/target.ts';
import type { ConstantSpec, WeightName } from './constantSpec.ts';

/** Where the values of a tensor come from: an input, a node, or a constant. */
export type Origin =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'node' }
  /** Computed once on the host from weights of the checkpoint, when the first plan that reads it is compiled. */
  | {
      readonly kind: 'constant';
      readonly name: string;
      /** Made by `constantKey`. Constants of one weight source with equal keys are uploaded once. */
      readonly key: string;
      readonly needs: readonly WeightName[];
      readonly compute: (...weights: Float32Array[]) => Float32Array | Uint32Array;
    };

/** The graph that a tensor belongs to, as models and ops see it. `Graph` in record.ts implements it. */
export interface Recorder {
  /**
   * The type that networks store their activations in. A network converts where its inputs enter and where its results leave;
   * between, ops give what they get.
   */
  readonly activations: FloatType;
  weight(name: string, shape: readonly number[]): Tensor;
  constant(spec: ConstantSpec): Tensor;
  tap(name: string, tensor: Tensor): Tensor;
  scope<T>(name: string, body: () => T): T;
  /** Appends a node. Ops call it after checking the node. */
  append(node: Omit<Node, 'scope'>): void;
}

/** A tensor of a recorded graph: a shape, an element type and the origin of its values. */
export class Tensor implements Operand {
  readonly storage = 'buffer' as const;

  constructor(
    readonly graph: Recorder,
    readonly shape: readonly number[],
    readonly dtype: DType,
    readonly origin: Origin,
    /** For a view: the tensor whose memory it shares, under another shape. */
    readonly base?: Tensor,
  ) {}

  /** The tensor that owns the memory. */
  get root(): Tensor {
    return this.base?.root ?? this;
  }

  /**
   * A view of the same values under another shape. One axis may be -1; its length is inferred.
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

/** Inputs of a node by name. `null` is an optional input that the node does not have. */
export type Inputs = Readonly<Record<string, Tensor | null | readonly Tensor[]>>;

/** One call of an op. `linearOp.is(node)` narrows the types of its inputs and attributes. */
export interface Node {
  readonly op: AnyOp;
  readonly inputs: Inputs;
  /** Plain data. */
  readonly attributes: object;
  readonly outputs: readonly Tensor[];
  /** Names of the enclosing `Graph.scope` calls, joined by dots. For profiles. */
  readonly scope: string;
}

/** An op without the types of its inputs and attributes; `Op` in op.ts has them. */
export interface AnyOp {
  readonly name: string;
  /** Kernel calls that compute the node on a target. The outputs of the last dispatch are the results. */
  lower(target: Target, node: Node): readonly Step[];
}

/** The tensors that a node reads. */
export const inputsOf = (inputs: Inputs): Tensor[] =>
  Object.values(inputs).flatMap((x) => (x === null ? [] : x instanceof Tensor ? [x] : x));
