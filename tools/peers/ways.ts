/** How other libraries compute a case: jobs for their processes (onnxruntime.mjs, torch.py), with tensors as arrays. */

/** A tensor on the host, with its name in the job. */
export interface Values {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A node of an ONNX model. */
export interface ModelNode {
  readonly op: string;
  readonly domain?: 'com.microsoft';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>>;
}

export interface OnnxJob {
  readonly nodes: readonly ModelNode[];
  readonly inputs: readonly Values[];
  readonly weights: readonly Values[];
  readonly output: { readonly name: string; readonly shape: readonly number[] };
  readonly layout?: 'NCHW' | 'NHWC';
}

/** An operator of torch.py with its tensors, or a network. */
export interface TorchJob {
  readonly op: string;
  readonly tensors?: readonly Values[];
}

/** Puts a peer's result into the order of ours. */
export type Reorder = (result: Float32Array) => ArrayLike<number>;

export type Way = { readonly how: string; readonly reorder?: Reorder } & (
  { readonly peer: 'onnxruntime'; readonly job: OnnxJob } | { readonly peer: 'pytorch'; readonly job: TorchJob }
);

/** Input `x` through one node: the model of most operators. The result is `y`. */
export function oneNode(
  node: Omit<ModelNode, 'inputs' | 'outputs'>,
  inputs: readonly Values[],
  weights: readonly Values[],
  shape: readonly number[],
  layout?: OnnxJob['layout'],
): OnnxJob {
  const names = [...inputs, ...weights].map(({ name }) => name);
  return {
    nodes: [{ ...node, inputs: names, outputs: ['y'] }],
    ...{ inputs, weights, output: { name: 'y', shape }, ...(layout && { layout }) },
  };
}

/** Softmax of scaled products in three or four nodes. q, k, v [B, heads, N, d] · bias [.., heads, N, N]. */
export function plainAttention(q: Values, k: Values, v: Values, bias?: Values): OnnxJob {
  const d = q.shape[q.shape.length - 1];
  const keys = transposed(k, [0, 1, 3, 2]);
  const scale: Values = { name: 'scale', shape: [1], data: Float32Array.of(d ** -0.5) };
  const logits = bias ? 'biased' : 'scaled';
  return {
    nodes: [
      { op: 'MatMul', inputs: [q.name, keys.name], outputs: ['products'] },
      { op: 'Mul', inputs: ['products', scale.name], outputs: ['scaled'] },
      ...(bias ? [{ op: 'Add', inputs: ['scaled', bias.name], outputs: ['biased'] }] : []),
      { op: 'Softmax', inputs: [logits], outputs: ['weights'], attributes: { axis: -1 } },
      { op: 'MatMul', inputs: ['weights', v.name], outputs: ['y'] },
    ],
    inputs: [q, keys, v, ...(bias ? [bias] : [])],
    weights: [scale],
    output: { name: 'y', shape: q.shape },
  };
}

/** onnxruntime's fused attention. q, k, v [B, N, heads * d]. */
export function fusedAttention(heads: number, q: Values, k: Values, v: Values, bias?: Values): OnnxJob {
  const none = ''; // an input that is left out
  const inputs = [q.name, k.name, v.name, ...(bias ? [none, none, bias.name] : [])];
  const attributes = { num_heads: heads };
  return {
    nodes: [{ op: 'MultiHeadAttention', domain: 'com.microsoft', inputs, outputs: ['y'], attributes }],
    inputs: [q, k, v, ...(bias ? [bias] : [])],
    weights: [],
    output: { name: 'y', shape: q.shape },
  };
}

/** The tensor with its axes in another order. */
export function transposed({ name, shape, data }: Values, axes: readonly number[]): Values {
  const moved = permute(data, shape, axes);
  return { name, shape: axes.map((axis) => shape[axis]), data: moved };
}

/** Values of a tensor of `shape`, in the order of a tensor whose axis i is `axes[i]` of the given one. */
export function permute(data: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const to = new Float32Array(data.length);
  let at = 0;
  const copy = (depth: number, from: number): void => {
    if (depth === axes.length) {
      to[at++] = data[from];
      return;
    }
    const axis = axes[depth];
    for (let i = 0; i < shape[axis]; i++) copy(depth + 1, from + i * strides[axis]);
  };
  copy(0, 0);
  return to;
}
