/** A tensor of a recorded graph: a shape, a type and where its values come from. It holds no data. */
import { expect, show, size } from '../kernels/check.ts';
import type { DType, Operand } from '../kernels/dispatch.ts';
import type { Graph } from './record.ts';

/** A weight by its name in the checkpoint, and the shape that the checkpoint must have for it. */
export interface WeightName {
  readonly name: string;
  readonly shape: readonly number[];
}

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

export class Tensor implements Operand {
  readonly storage = 'buffer' as const;

  constructor(
    readonly graph: Graph,
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
