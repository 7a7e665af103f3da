/** Ops: their inputs and attributes are checked and typed, and a node's kernels depend on nothing else. */
import { describe, expect, it } from 'vitest';
import { defineOp } from '../../src/graph/op.ts';
import { lower } from '../../src/graph/lower.ts';
import { attention, attentionOp, columns } from '../../src/graph/ops/attention.ts';
import { linear, linearOp } from '../../src/graph/ops/matmul.ts';
import { concat } from '../../src/graph/ops/movement.ts';
import { compact } from '../../src/graph/ops/points.ts';
import { gelu, unaryOp } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { inputsOf, type Node, type Tensor } from '../../src/graph/tensor.ts';
import { isCopy, operand } from '../../src/kernels/dispatch.ts';
import { fill } from '../../src/kernels/fill/fill.ts';
import { BASELINE } from '../../src/kernels/target.ts';

const constant = (graph: Graph, name: string, shape: readonly number[]): Tensor =>
  graph.constant({ name, shape, compute: () => new Float32Array(shape.reduce((a, b) => a * b, 1)) });

const last = (graph: Graph): Node => graph.nodes[graph.nodes.length - 1];

describe('recording', () => {
  it('appends a node with the shapes that the kernel gives, and the scope', () => {
    const graph = new Graph();
    const x = graph.input('x', [2, 5, 8]);
    const w = constant(graph, 'w', [3, 8]);
    const y = graph.scope('encoder', () => graph.scope('mlp', () => linear(x, w, null)));
    expect(y).toMatchObject({ shape: [2, 5, 3], dtype: 'f32', origin: { kind: 'node' } });
    expect(graph.nodes).toEqual([
      {
        op: linearOp,
        inputs: { x, w, b: null, scale: null, residual: null },
        attributes: { activation: 'none' },
        outputs: [y],
        scope: 'encoder.mlp',
      },
    ]);
  });

  it('throws at a misfit, and appends nothing', () => {
    const graph = new Graph();
    const x = graph.input('x', [4, 8]);
    expect(() => linear(x, graph.input('w', [3, 7]), null)).toThrow(/linear: w is \[3, 7\]/);
    expect(graph.nodes).toEqual([]);
  });

  it('refuses an operand of another graph, also in a list', () => {
    const [one, other] = [new Graph(), new Graph()];
    const [x, y] = [one.input('x', [4, 8]), other.input('y', [4, 8])];
    expect(() => linear(x, y, null)).toThrow(/linear: an operand belongs to another graph/);
    expect(() => concat([x, y], 0)).toThrow(/concat: an operand belongs to another graph/);
  });

  it('names several results', () => {
    const graph = new Graph();
    const { indices, count } = compact(graph.input('flags', [9], 'u32'));
    expect([indices.shape, count.shape]).toEqual([[9], [1]]);
    expect(last(graph).outputs).toEqual([indices, count]);
  });

  it('needs a graph where no input is a tensor', () => {
    const zerosOp = defineOp<Readonly<Record<never, never>>, { readonly shape: readonly number[] }>({
      name: 'zeros',
      lower: (_, __, { shape }) => [fill(operand(shape), 0)],
    });
    expect(() => zerosOp.record({}, { shape: [3] })).toThrow(/zeros: no input is a tensor; name the graph/);
    expect(zerosOp.record({}, { shape: [3] }, new Graph()).shape).toEqual([3]);
  });

  it('lists what a node reads: tensors, lists of them, not what is absent', () => {
    const graph = new Graph();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => graph.input(name, [1]));
    expect(inputsOf({ a, none: null, more: [b, c] })).toEqual([a, b, c]);
  });
});

describe('narrowing', () => {
  const recorded = () => {
    const graph = new Graph();
    gelu(linear(graph.input('x', [4, 8]), constant(graph, 'w', [3, 8]), null));
    return graph.nodes;
  };

  it('tells nodes of an op from others, and types them', () => {
    const [product, activation] = recorded();
    expect([linearOp.is(product), linearOp.is(activation), linearOp.is(undefined)]).toEqual([true, false, false]);
    if (!unaryOp.is(activation)) throw new Error('not narrowed');
    const kind: 'gelu' | string = activation.attributes.kind;
    const x: Tensor = activation.inputs.x;
    expect([kind, x]).toEqual(['gelu', product.outputs[0]]);
    // @ts-expect-error a unary op has no weight
    expect(activation.inputs.w).toBeUndefined();
    // @ts-expect-error inputs of a node whose op is not known are not tensors yet
    const shape = (node: Node) => node.inputs.x.shape;
    expect(shape(product)).toEqual([4, 8]);
  });

  it('changes a node by making another', () => {
    const [product] = recorded();
    if (!linearOp.is(product)) throw new Error('not narrowed');
    const { w } = product.inputs;
    const changed = linearOp.with(product, { inputs: { scale: w }, attributes: { activation: 'relu' } });
    expect(changed).toEqual({
      ...product,
      inputs: { ...product.inputs, scale: w },
      attributes: { activation: 'relu' },
    });
    expect([product.inputs.scale, product.attributes.activation]).toEqual([null, 'none']);
    // @ts-expect-error there is no such activation
    linearOp.with(product, { attributes: { activation: 'tanh' } });
    // @ts-expect-error there is no such input
    linearOp.with(product, { inputs: { gamma: w } });
  });

  it('does not lower a node of another op', () => {
    const [product] = recorded();
    expect(() => unaryOp.lower(BASELINE, product)).toThrow('unary cannot lower a node of linear');
  });
});

/** Checked by the compiler alone: each line would be an error. */
export const mistyped = [
  // @ts-expect-error a number is no operand
  () => unaryOp.record({ x: 1 }, { kind: 'relu' }),
  // @ts-expect-error there is no such function
  (x: Tensor) => unaryOp.record({ x }, { kind: 'tanh' }),
  // @ts-expect-error a function is no plain data
  () => defineOp<{ readonly x: Tensor }, { readonly f: () => number }>({ name: 'wrong', lower: () => [] }),
  // @ts-expect-error a tensor is an input, not an attribute
  () => defineOp<{ readonly x: Tensor }, { readonly a: { readonly t: Tensor } }>({ name: 'wrong', lower: () => [] }),
];

describe('attention, from inputs and attributes alone', () => {
  const [N, C] = [16, 32];

  const recorded = () => {
    const graph = new Graph();
    const qkv = graph.input('qkv', [1, N, 3 * C]);
    const fillRow = graph.input('fill', [3 * C]);
    const [q, k, v] = [0, C, 2 * C].map((from) => columns(qkv, from, from + C));
    attention(q, k, v, { heads: 4 });
    const node = last(graph);
    if (!attentionOp.is(node)) throw new Error('not narrowed');
    return { node, fillRow };
  };

  const dispatchOf = (node: Node) => {
    const [step] = lower([node], BASELINE).steps;
    if (isCopy(step)) throw new Error('a dispatch was expected');
    return step;
  };

  it('other heads give other dispatches', () => {
    const { node } = recorded();
    const other = attentionOp.with(node, { attributes: { heads: 2 } });
    expect([dispatchOf(node), dispatchOf(other)]).toMatchObject([
      { params: { headDim: C / 4 }, workgroups: [1, 4, 1] },
      { params: { headDim: C / 2 }, workgroups: [1, 2, 1] },
    ]);
  });

  it('other columns and another scale do, too', () => {
    const { node } = recorded();
    const swapped = { q: node.attributes.columns.k, k: node.attributes.columns.q, v: node.attributes.columns.v };
    const other = attentionOp.with(node, { attributes: { columns: swapped, scale: 0.5 } });
    const { params } = dispatchOf(node);
    expect(params).toMatchObject({ fromQ: 0, fromK: C, fromV: 2 * C, scale: Math.log2(Math.E) / Math.sqrt(C / 4) });
    expect(dispatchOf(other).params).toEqual({ ...params, fromQ: C, fromK: 0, scale: 0.5 * Math.log2(Math.E) });
  });

  it('a bias needs its tables, and windows their fill', () => {
    const { node, fillRow } = recorded();
    const lowered = (change: Parameters<typeof attentionOp.with>[1]) => () =>
      dispatchOf(attentionOp.with(node, change));
    expect(lowered({ attributes: { bias: { kind: 'full' } } })).toThrow(
      /attention: a bias of kind "full" needs 1 table\(s\), got 0/,
    );
    const windows = { height: 4, width: 4, size: 2 };
    expect(lowered({ attributes: { windows } })).toThrow(/a grid of windows and its fill belong together/);
    expect(lowered({ inputs: { fill: fillRow } })).toThrow(/a grid of windows and its fill belong together/);
    expect(lowered({ inputs: { fill: fillRow }, attributes: { windows } })).not.toThrow();
  });
});
