/** Fused multi-head attention. Attention Is All You Need, arXiv:1706.03762, section 3.2; softmax online as in
 *  FlashAttention, arXiv:2205.14135: no matrix of queries by keys is ever stored. */
import { expect, expectRank, expectShape, LimitError, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, MAX_GROUPS } from '../grid.ts';
import { fitsTexture } from '../shared/flat.ts';
import type { Target } from '../target.ts';
import biasBeitWgsl from './bias.beit.wgsl';
import biasDecomposedWgsl from './bias.decomposed.wgsl';
import biasFullWgsl from './bias.full.wgsl';
import biasNoneWgsl from './bias.none.wgsl';
import { expectColumns, type Columns } from './columns.ts';
import fourDecomposedWgsl from './four.decomposed.wgsl';
import fourGatherWgsl from './four.gather.wgsl';
import online8Wgsl from './online8.wgsl';
import operandsScalarWgsl from './operands.scalar.wgsl';
import operandsVec4Wgsl from './operands.vec4.wgsl';
import paramsWgsl from './params.wgsl';
import { relativeTerms, roundedUp } from './relativeTerms.ts';
import rows8Wgsl from './rows8.wgsl';
import subgroup8Wgsl from './attention.subgroup8.wgsl';
import tiledWgsl from './attention.wgsl';

/** What is added to the scaled products of queries and keys. */
export type Bias =
  /** bias [heads, N, M] */
  | { readonly kind: 'full'; readonly bias: Operand }
  /** SAM: q . relPosH[yq - yk + h - 1] + q . relPosW[xq - xk + w - 1], with the unscaled q; tables [2h - 1, d], [2w - 1, d] */
  | {
      readonly kind: 'decomposed';
      readonly relPosH: Operand;
      readonly relPosW: Operand;
      readonly height: number;
      readonly width: number;
    }
  /** BEiT: table [(2h - 1)(2w - 1) + 3, heads] by relative position; token 0 is the class token */
  | { readonly kind: 'beit'; readonly table: Operand; readonly height: number; readonly width: number };

/** Attention inside windows of `size` x `size` tokens of a height x width grid. Tokens beyond the right and lower edge take part: their row is `fill` [S]. */
export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly size: number;
  readonly fill: Operand;
}

export interface AttentionOperands {
  readonly q: Columns;
  readonly k: Columns;
  readonly v: Columns;
}

export interface AttentionOptions {
  readonly heads: number;
  /** Of the products; 1 / sqrt(features of a head) when absent. */
  readonly scale?: number;
  readonly bias?: Bias;
  readonly windows?: Windows;
  /** Columns of q's tensor with a key and a value for each query alone, beside the common ones. */
  readonly own?: { readonly k: number; readonly v: number };
}

/** Features of a head that fit into workgroup memory and registers. */
const MAX_HEAD_DIM = 80;

/** A row index that no token has. */
const NO_ROW = 0xffffffff;

/** Floating-point operations of one dispatch: about 100 ms on a software adapter, on a small GPU. Heads are split beyond. */
const DISPATCH_FLOPS = { tiled: 64e9, subgroup8: 5e9 } as const;

/** Queries per workgroup of each family. */
const ROWS = { tiled: 32, subgroup8: 8 } as const;

const biasWgsl = {
  none: biasNoneWgsl,
  full: biasFullWgsl,
  decomposed: biasDecomposedWgsl,
  beit: biasBeitWgsl,
} as const;

/**
 * q [B, N, C] · k, v [B, M, C] -> y [B, N, C]: softmax(scale q kT + bias) v in each of `heads` groups of C / heads features.
 * @throws ShapeError if operands do not fit together; LimitError if a head has more than 80 features
 */
export function attention(
  target: Pick<Target, 'attention'>,
  operands: AttentionOperands,
  options: AttentionOptions,
): Step[] {
  const { q, k, v } = operands;
  const { heads, bias, windows, own } = options;
  expectOperands(operands, options);
  const [B, N, strideQ] = q.of.shape;
  const M = k.of.shape[1];
  const C = q.to - q.from;
  const headDim = C / heads;
  const windowsY = windows ? ceilDiv(windows.height, windows.size) : 1;
  const windowsX = windows ? ceilDiv(windows.width, windows.size) : 1;
  const queries = windows ? windows.size ** 2 : N;
  const keys = windows ? windows.size ** 2 : M;
  const groups = B * windowsY * windowsX;
  if (groups > MAX_GROUPS) throw new LimitError(`attention: ${groups} windows or batch items; at most ${MAX_GROUPS}.`);

  const columns = [headDim, q.from, k.from, v.from, own?.k ?? 0, own?.v ?? 0];
  const strides = [strideQ, k.of.shape[2], v.of.shape[2]];
  const whole = [...columns, ...strides].every((n) => n % 4 === 0);
  const fillSize = windows ? size(windows.fill) : 0;
  const elements = [q.of, k.of, v.of].map((x) => size(x) + fillSize);
  if (bias?.kind === 'full') elements.push(roundedUp(size(bias.bias)));
  const fits = elements.every((n) => fitsTexture({ shape: [n], dtype: 'f32' }));
  const family = target.attention === 'subgroup8' && whole && fits ? 'subgroup8' : 'tiled';
  const steps: Step[] = [];
  const textures = new Map<Operand, Operand>();
  const flat = (x: Operand): Operand => {
    let texture = textures.get(x);
    if (!texture) {
      texture = operand([size(x) + fillSize], 'f32', 'rgba32float');
      steps.push({ from: x, to: texture });
      if (windows) steps.push({ from: windows.fill, to: texture, at: size(x) });
      textures.set(x, texture);
    }
    return texture;
  };
  const inputs = [q, k, v].map((c) => (family === 'subgroup8' ? flat(c.of) : c.of));
  const terms = biasTerms(q, options, queries, keys, inputs[0]);
  steps.push(...terms.steps);

  const biases = family === 'tiled' ? terms.operand : terms.operand ? flatBias(steps, terms.operand) : inputs[0];
  const y = operand([B, N, C]);
  const headFlops = 4 * groups * queries * keys * headDim;
  const perDispatch = Math.max(1, Math.floor(DISPATCH_FLOPS[family] / headFlops));
  const part = (firstHead: number, count: number): Dispatch => ({
    kernel: 'attention',
    wgsl: [
      paramsWgsl,
      biasWgsl[bias?.kind ?? 'none'],
      ...(family === 'subgroup8'
        ? [bias?.kind === 'decomposed' ? fourDecomposedWgsl : fourGatherWgsl, rows8Wgsl, online8Wgsl, subgroup8Wgsl]
        : [whole ? operandsVec4Wgsl : operandsScalarWgsl, tiledWgsl]),
    ],
    constants: { selfKey: own ? 1 : 0, ...(family === 'subgroup8' && { slots: ceilDiv(headDim, 32) }) },
    params: {
      heads,
      firstHead,
      headDim,
      vecs: ceilDiv(headDim, 4),
      window: windows?.size ?? 0,
      queries,
      keys,
      scale: (options.scale ?? 1 / Math.sqrt(headDim)) * Math.LOG2E,
      fillRow: windows ? B * N : NO_ROW,
      strideQ,
      fromQ: q.from,
      strideK: k.of.shape[2],
      fromK: k.from,
      strideV: v.of.shape[2],
      fromV: v.from,
      selfK: own?.k ?? 0,
      selfV: own?.v ?? 0,
      height: windows?.height ?? 0,
      width: windows?.width ?? 0,
      windowsY,
      windowsX,
      biasHeight: terms.height,
      biasWidth: terms.width,
      slotWidth: family === 'subgroup8' && bias?.kind === 'decomposed' ? roundedUp(bias.width) : 0,
    },
    inputs: family === 'subgroup8' ? [...inputs, biases] : [...inputs, biases, windows?.fill ?? null],
    outputs: [y],
    workgroups: [ceilDiv(queries, ROWS[family]), count, groups],
    flops: count * headFlops,
  });
  for (let head = 0; head < heads; head += perDispatch) steps.push(part(head, Math.min(perDispatch, heads - head)));
  return steps;
}

function expectOperands({ q, k, v }: AttentionOperands, { heads, windows }: AttentionOptions): void {
  for (const [name, c] of Object.entries({ q, k, v })) expectColumns('attention', name, c, heads);
  const C = q.to - q.from;
  expect(
    k.to - k.from === C && v.to - v.from === C,
    'attention',
    `q has ${C} columns, k ${k.to - k.from} and v ${v.to - v.from}; they must have as many.`,
  );
  const [B] = q.of.shape;
  expect(
    k.of.shape[0] === B && v.of.shape[0] === B && v.of.shape[1] === k.of.shape[1],
    'attention',
    `q is in ${show(q.of.shape)}, k in ${show(k.of.shape)}, v in ${show(v.of.shape)}: batches and tokens do not agree.`,
  );
  if (C / heads > MAX_HEAD_DIM) {
    throw new LimitError(`attention: a head has ${C / heads} features, at most ${MAX_HEAD_DIM} fit. Use more heads.`);
  }
  if (windows) expectWindows(windows, { q, k, v });
}

/** The operand that the bias module reads, with the grid that its positions are on. */
function biasTerms(
  q: Columns,
  { heads, bias, windows }: AttentionOptions,
  queries: number,
  keys: number,
  queryTexture: Operand,
): { steps: Step[]; operand: Operand | null; height: number; width: number } {
  if (!bias) return { steps: [], operand: null, height: 0, width: 0 };
  if (bias.kind === 'full') {
    expect(!windows, 'attention', 'a full bias is for all tokens; with windows, use positions.');
    expectShape('attention', { bias: bias.bias }, [heads, queries, keys]);
    return { steps: [], operand: bias.bias, height: 0, width: 0 };
  }
  const { height, width } = bias;
  const patches = height * width;
  const tokens = bias.kind === 'beit' ? patches + 1 : patches;
  expect(
    queries === tokens && keys === tokens,
    'attention',
    `there are ${queries} queries and ${keys} keys, but a position bias of ${height} x ${width} is for ${tokens}.`,
  );
  if (bias.kind === 'beit') {
    expectShape('attention', { table: bias.table }, [(2 * height - 1) * (2 * width - 1) + 3, heads]);
    return { steps: [], operand: bias.table, height, width };
  }
  expect(
    bias.relPosH.shape[0] === 2 * height - 1 && bias.relPosW.shape[0] === 2 * width - 1,
    'attention',
    `relPosH is ${show(bias.relPosH.shape)} and relPosW ${show(bias.relPosW.shape)}; a grid of ${height} x ${width} ` +
      `needs ${2 * height - 1} and ${2 * width - 1} rows.`,
  );
  const texture = queryTexture.storage === 'rgba32float' ? queryTexture : undefined;
  const places = { height, width, gridWidth: windows?.width ?? width };
  const { steps, terms } = relativeTerms(q, bias.relPosH, bias.relPosW, heads, places, texture);
  return { steps, operand: terms, height, width };
}

function flatBias(steps: Step[], bias: Operand): Operand {
  const texture = operand([size(bias)], 'f32', 'rgba32float');
  steps.push({ from: bias, to: texture });
  return texture;
}

function expectWindows(
  { height, width, size: side, fill }: Windows,
  operands: Readonly<Record<string, Columns>>,
): void {
  const { q } = operands;
  for (const [name, c] of Object.entries(operands)) {
    expect(
      c.of === q.of,
      'attention',
      `with windows, q, k and v must be columns of one tensor; ${name} is in another.`,
    );
  }
  expect(
    height * width === q.of.shape[1],
    'attention',
    `a grid of ${height} x ${width} has ${height * width} tokens, but q is in ${show(q.of.shape)}.`,
  );
  expect(side >= 1, 'attention', `windows of side ${side}; use at least 1.`);
  expectShape('attention', { fill }, [q.of.shape[2]]);
}

/**
 * MCC's decoder: query i attends to all seen tokens and to itself.
 * queries [1, Q, 3C] (q, k, v) · seenK, seenV [1, M, C] -> [1, Q, C].
 * @throws ShapeError if operands do not fit together
 */
export function queryAttention(
  target: Pick<Target, 'attention'>,
  queries: Operand,
  seenK: Columns,
  seenV: Columns,
  heads: number,
): Step[] {
  const C = seenK.to - seenK.from;
  expectRank('queryAttention', { queries }, 3);
  expect(
    queries.shape[2] === 3 * C,
    'queryAttention',
    `queries are ${show(queries.shape)} and seenK has ${C} columns; expected [1, Q, ${3 * C}].`,
  );
  return attention(
    target,
    { q: { of: queries, from: 0, to: C }, k: seenK, v: seenV },
    { heads, own: { k: C, v: 2 * C } },
  );
}
