/** Layers: the weights that each reads, their shapes, and the ops that it records. Tests of the networks check values. */
import { describe, expect, it } from 'vitest';
import { binaryOp, unaryOp } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import {
  conv,
  convTranspose,
  layerNorm,
  linear,
  mlp,
  patchEmbed,
  reluMlp,
  selfAttention,
  vitBlock,
} from '../../src/pipeline/layers/index.ts';

/** Records a layer on an input of `shape`. */
function recorded(shape: readonly number[], layer: (x: Tensor) => Tensor) {
  const graph = new Graph();
  const weights: Record<string, readonly number[]> = {};
  const weight = graph.weight.bind(graph);
  graph.weight = (name, wanted) => {
    weights[name] = wanted;
    return weight(name, wanted);
  };
  const y = layer(graph.input('x', shape));
  return {
    shape: y.shape,
    weights,
    ops: graph.nodes.map((n) => (unaryOp.is(n) || binaryOp.is(n) ? n.attributes.kind : n.op.name)),
  };
}

describe('layers', () => {
  it('linear has a bias, none, or one from elsewhere', () => {
    expect(recorded([2, 3, 8], (x) => linear('a.b', x, 4))).toEqual({
      shape: [2, 3, 4],
      weights: { 'a.b.weight': [4, 8], 'a.b.bias': [4] },
      ops: ['linear'],
    });
    expect(recorded([3, 8], (x) => linear('a', x, 4, { bias: false })).weights).toEqual({ 'a.weight': [4, 8] });
    const borrowed = recorded([3, 8], (x) =>
      linear('a', x, 4, { bias: x.graph.constant({ name: 'b', shape: [4], compute: () => x as never }) }),
    );
    expect(borrowed.weights).toEqual({ 'a.weight': [4, 8] });
  });

  it('layerNorm is over the channels, wherever rows and columns are', () => {
    expect(recorded([1, 4, 5, 6], (x) => layerNorm('n', x, 1e-6))).toEqual({
      shape: [1, 4, 5, 6],
      weights: { 'n.weight': [6], 'n.bias': [6] },
      ops: ['layerNorm'],
    });
  });

  it('convolutions keep the layout of the checkpoint', () => {
    const strided = recorded([1, 8, 8, 6], (x) => conv('c', x, 4, { kernel: 3, stride: 2, padding: 1 }));
    expect(strided).toMatchObject({ shape: [1, 4, 4, 4], weights: { 'c.weight': [4, 6, 3, 3], 'c.bias': [4] } });
    expect(recorded([1, 8, 8, 6], (x) => conv('c', x, 4, { bias: false })).weights).toEqual({
      'c.weight': [4, 6, 1, 1],
    });
    expect(recorded([1, 3, 5, 6], (x) => convTranspose('t', x, 4, 2))).toMatchObject({
      shape: [1, 6, 10, 4],
      weights: { 't.weight': [6, 4, 2, 2], 't.bias': [4] },
    });
    expect(recorded([1, 32, 48, 3], (x) => patchEmbed('p', x, 8, 16))).toMatchObject({
      shape: [1, 2, 3, 8],
      weights: { 'p.proj.weight': [8, 3, 16, 16], 'p.proj.bias': [8] },
    });
  });

  it('mlp goes out and back; reluMlp has ReLU between its layers, not after the last', () => {
    expect(recorded([2, 8], (x) => mlp('m', x, 32)).ops).toEqual(['linear', 'gelu', 'linear']);
    expect(recorded([2, 8], (x) => mlp('m', x, 32, { layers: ['lin1', 'lin2'], activation: 'relu' }))).toEqual({
      shape: [2, 8],
      weights: { 'm.lin1.weight': [32, 8], 'm.lin1.bias': [32], 'm.lin2.weight': [8, 32], 'm.lin2.bias': [8] },
      ops: ['linear', 'relu', 'linear'],
    });
    const three = recorded([2, 8], (x) => reluMlp('h', x, [16, 16, 4]));
    expect(three.shape).toEqual([2, 4]);
    expect(three.ops).toEqual(['linear', 'relu', 'linear', 'relu', 'linear']);
    expect(Object.keys(three.weights)).toContain('h.layers.2.bias');
  });

  it('selfAttention reads one projection for q, k and v', () => {
    expect(recorded([2, 5, 8], (x) => selfAttention('a', x, 2))).toEqual({
      shape: [2, 5, 8],
      weights: { 'a.qkv.weight': [24, 8], 'a.qkv.bias': [24], 'a.proj.weight': [8, 8], 'a.proj.bias': [8] },
      ops: ['linear', 'attention', 'linear'],
    });
  });

  it('vitBlock adds both branches, scaled per channel where the network does', () => {
    const parts = {
      eps: 1e-6,
      attention: (x: Tensor) => selfAttention('b.attn', x, 2),
      mlp: (x: Tensor) => mlp('b.mlp', x, 16),
    };
    const plain = recorded([1, 5, 8], (x) => vitBlock('b', x, parts));
    const branches = [
      ['layerNorm', 'linear', 'attention', 'linear'],
      ['layerNorm', 'linear', 'gelu', 'linear'],
    ];
    expect(plain.ops).toEqual(branches.flatMap((branch) => [...branch, 'add']));
    const scaled = recorded([1, 5, 8], (x) => vitBlock('b', x, { ...parts, layerScale: true }));
    expect(scaled.ops).toEqual(branches.flatMap((branch) => [...branch, 'mul', 'add']));
    expect(scaled.weights).toMatchObject({
      'b.gamma_1': [8],
      'b.gamma_2': [8],
      'b.norm1.weight': [8],
      'b.norm2.bias': [8],
    });
  });
});
