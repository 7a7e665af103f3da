/** Fused multi-head attention. Attention Is All You Need, arXiv:1706.03762, section 3.2; online softmax as
 *  in FlashAttention, arXiv:2205.14135: no matrix of queries by keys is stored. */
import {
  expect,
  expectDtype,
  expectFloats,
  expectHalvesInFours,
  expectRank,
  expectShape,
  LimitError,
  show,
} from '../check.ts';
import type { Operand, Step } from '../dispatch.ts';
import { MAX_GROUPS } from '../grid.ts';
import type { Target } from '../target.ts';
import { build } from '../variant.ts';
import { expectColumns, type Columns } from './columns.ts';
import {
  problemOf,
  wholeVec4s,
  type AttentionOperands,
  type AttentionOptions,
  type AttentionProblem,
  type Windows,
} from './problem.ts';
import { attentionVariants } from './variants.ts';

export type { AttentionOperands, AttentionOptions, Bias, Windows } from './problem.ts';

/** Features of a head that fit into workgroup memory and registers. */
const MAX_HEAD_DIM = 80;

/**
 * q [B, N, C] · k, v [B, M, C], all f32 or all f16 -> y [B, N, C] like q: softmax(scale q kT + bias) v in each of `heads`
 * groups of C / heads features. Bias and fill are f32.
 * @throws ShapeError if operands do not fit together, or are f16 and heads or columns are no multiples of 4; LimitError if a head has more than 80 features
 */
export function attention(target: Target, operands: AttentionOperands, options: AttentionOptions): Step[] {
  expectOperands(operands, options);
  const problem = problemOf(operands, options);
  if (problem.groups > MAX_GROUPS) {
    throw new LimitError(
      `attention: ${problem.groups} windows or batch items, at most ${MAX_GROUPS} fit. Split the batch.`,
    );
  }
  expectBias(problem);
  expectHalvesInFours('attention', 'q', operands.q.of, wholeVec4s(problem));
  return build('attention', attentionVariants, target, problem);
}

function expectOperands({ q, k, v }: AttentionOperands, { heads, windows }: AttentionOptions): void {
  for (const [name, c] of Object.entries({ q, k, v })) {
    expectColumns('attention', name, c, heads);
  }
  expectFloats('attention', { q: q.of, k: k.of, v: v.of });
  const C = q.to - q.from;
  expect(
    k.to - k.from === C && v.to - v.from === C,
    'attention',
    `q has ${C} columns, k ${k.to - k.from} and v ${v.to - v.from}; all three must have the same number.`,
  );
  const [B] = q.of.shape;
  expect(
    k.of.shape[0] === B && v.of.shape[0] === B && v.of.shape[1] === k.of.shape[1],
    'attention',
    `q is in ${show(q.of.shape)}, k in ${show(k.of.shape)}, v in ${show(v.of.shape)}: their batch sizes or token counts differ.`,
  );
  if (C / heads > MAX_HEAD_DIM) {
    throw new LimitError(`attention: a head has ${C / heads} features, at most ${MAX_HEAD_DIM} fit. Use more heads.`);
  }
  if (windows) expectWindows(windows, { q, k, v });
}

/** @throws ShapeError unless the bias fits the number of queries and keys */
function expectBias({ options: { heads, bias, windows }, queries, keys }: AttentionProblem): void {
  if (!bias) return;
  if (bias.kind === 'full') {
    expect(!windows, 'attention', 'a full bias is for all tokens; with windows, use a bias by position.');
    expectShape('attention', { bias: bias.bias }, [heads, queries, keys]);
    expectDtype('attention', { bias: bias.bias }, 'f32');
    return;
  }
  const { height, width } = bias;
  const tokens = bias.kind === 'beit' ? height * width + 1 : height * width;
  expect(
    queries === tokens && keys === tokens,
    'attention',
    `there are ${queries} queries and ${keys} keys, but a position bias of ${height} x ${width} is for ${tokens} tokens.`,
  );
  if (bias.kind === 'beit') {
    expectShape('attention', { table: bias.table }, [(2 * height - 1) * (2 * width - 1) + 3, heads]);
    expectDtype('attention', { table: bias.table }, 'f32');
    return;
  }
  const { relPosH, relPosW } = bias;
  expect(
    relPosH.shape[0] === 2 * height - 1 && relPosW.shape[0] === 2 * width - 1,
    'attention',
    `relPosH is ${show(relPosH.shape)} and relPosW ${show(relPosW.shape)}; a grid of ${height} x ${width} ` +
      `needs ${2 * height - 1} and ${2 * width - 1} rows.`,
  );
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
  expect(side >= 1, 'attention', `windows have side ${side}; it must be at least 1.`);
  expectShape('attention', { fill }, [q.of.shape[2]]);
  expectDtype('attention', { fill }, 'f32');
}

/**
 * MCC's decoder: query i attends to all seen tokens and to itself.
 * queries [1, Q, 3C] (q, k, v) · seenK, seenV [1, M, C] -> [1, Q, C].
 * @throws ShapeError if operands do not fit together
 */
export function queryAttention(
  target: Target,
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
