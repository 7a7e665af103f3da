/** Attention, as the networks call it. */
import { expect, show } from '../../kernels/check.ts';
import {
  attention as attentionKernel,
  queryAttention as queryAttentionKernel,
  type AttentionOptions,
} from '../../kernels/attention/attention.ts';
import type { Inputs } from '../record.ts';
import { Tensor } from '../tensor.ts';

/** Columns of a tensor's last axis, without a copy. */
export interface ColumnView {
  readonly tensor: Tensor;
  readonly from: number;
  readonly to: number;
}

/** Columns `from` .. `to` of t [B, N, S]: how q, k and v are taken from one linear layer's result. */
export const columns = (tensor: Tensor, from: number, to: number): ColumnView => ({ tensor, from, to });

export type AttentionBias =
  | { readonly kind: 'full'; readonly bias: Tensor }
  | {
      readonly kind: 'decomposed';
      readonly relPosH: Tensor;
      readonly relPosW: Tensor;
      readonly height: number;
      readonly width: number;
    }
  | { readonly kind: 'beit'; readonly table: Tensor; readonly height: number; readonly width: number };

/** A grid of height x width tokens, cut into windows of size x size. */
export interface WindowGrid {
  readonly height: number;
  readonly width: number;
  readonly size: number;
}

export interface AttentionSettings {
  readonly heads: number;
  /** Of the products of queries and keys; 1 / sqrt(features of a head) when absent. */
  readonly scale?: number;
  /** full: [heads, N, M]; decomposed: SAM's relPosH [2h - 1, d], relPosW [2w - 1, d]; beit: table [(2h - 1)(2w - 1) + 3, heads]. */
  readonly bias?: AttentionBias;
  /** `fill` [S], the qkv bias, stands for tokens beyond its right and lower edge. */
  readonly windows?: WindowGrid & { readonly fill: Tensor };
}

const view = (x: Tensor | ColumnView): ColumnView =>
  x instanceof Tensor ? { tensor: x, from: 0, to: x.shape[x.shape.length - 1] } : x;

/**
 * Multi-head attention. q [B, N, C] · k, v [B, M, C] -> [B, N, C]; each may be `columns` of a wider tensor.
 * @throws ShapeError if operands do not fit together; LimitError if a head has more than 80 features
 */
export function attention(
  q: Tensor | ColumnView,
  k: Tensor | ColumnView,
  v: Tensor | ColumnView,
  settings: AttentionSettings,
): Tensor {
  const views = { q: view(q), k: view(k), v: view(v) };
  const { heads, scale, bias, windows } = settings;
  const inputs: Inputs = {
    q: views.q.tensor,
    k: views.k.tensor,
    v: views.v.tensor,
    ...(bias?.kind === 'full' && { bias: bias.bias }),
    ...(bias?.kind === 'beit' && { table: bias.table }),
    ...(bias?.kind === 'decomposed' && { relPosH: bias.relPosH, relPosW: bias.relPosW }),
    ...(windows && { fill: windows.fill }),
  };
  const grid: WindowGrid | undefined = windows && { height: windows.height, width: windows.width, size: windows.size };
  return views.q.tensor.graph.record('attention', inputs, { heads, scale, windows: grid }, (target, given, attrs) => {
    const cut = attrs.windows as WindowGrid | undefined;
    const at = (name: string) => given[name] as Tensor;
    const part = (name: 'q' | 'k' | 'v') => ({ of: at(name), from: views[name].from, to: views[name].to });
    const options: AttentionOptions = {
      heads,
      scale,
      bias: bias && withOperands(bias, at),
      windows: cut && { ...cut, fill: at('fill') },
    };
    return attentionKernel(target, { q: part('q'), k: part('k'), v: part('v') }, options);
  })[0];
}

function withOperands(bias: AttentionBias, at: (name: string) => Tensor): AttentionOptions['bias'] {
  if (bias.kind === 'full') return { ...bias, bias: at('bias') };
  if (bias.kind === 'beit') return { ...bias, table: at('table') };
  return { ...bias, relPosH: at('relPosH'), relPosW: at('relPosW') };
}

/**
 * MCC's decoder: each query attends to all seen tokens and to itself, to no other query.
 * qkv [Q, 3C] · seenK, seenV [1, M, C], or columns of wider tensors -> [Q, C].
 * @throws ShapeError if operands do not fit together
 */
export function queryAttention(
  qkv: Tensor,
  seenK: Tensor | ColumnView,
  seenV: Tensor | ColumnView,
  { heads }: { readonly heads: number },
): Tensor {
  expect(qkv.shape.length === 2, 'queryAttention', `qkv is ${show(qkv.shape)}, expected [Q, 3C].`);
  const views = { seenK: view(seenK), seenV: view(seenV) };
  const inputs = {
    qkv: qkv.reshape([1, ...qkv.shape]),
    seenK: views.seenK.tensor,
    seenV: views.seenV.tensor,
  };
  const [y] = qkv.graph.record('queryAttention', inputs, { heads }, (target, given) => {
    const part = (name: 'seenK' | 'seenV') => ({ ...views[name], of: given[name] as Tensor });
    return queryAttentionKernel(target, given.qkv as Tensor, part('seenK'), part('seenV'), heads);
  });
  return y.reshape([qkv.shape[0], y.shape[2]]);
}
