/** Products of queries with SAM's relative position tables: computed once per query, not once per pair. */
import { expect, expectRank, show, size } from '../check.ts';
import { operand, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import type { Target } from '../target.ts';
import type { Columns } from './columns.ts';
import plainWgsl from './relativeTerms.wgsl';
import subgroup8Wgsl from './relativeTerms.subgroup8.wgsl';
import rows8Wgsl from './rows8.wgsl';

/**
 * q [B, N, heads * d] (unscaled) · relPosH [2h - 1, d] · relPosW [2w - 1, d] -> [B * N, heads, 2h - 1 + 2w - 1].
 * Segment Anything, arXiv:2304.02643, released code: add_decomposed_rel_pos.
 * @param queryTexture q's tensor as a flat texture, for the subgroup family
 * @throws ShapeError if a table does not have d columns
 */
export function relativeTerms(
  target: Pick<Target, 'attention'>,
  q: Columns,
  relPosH: Operand,
  relPosW: Operand,
  heads: number,
  queryTexture?: Operand,
): { steps: Step[]; terms: Operand } {
  const [B, N, strideQ] = q.of.shape;
  const headDim = (q.to - q.from) / heads;
  expectRank('attention', { relPosH, relPosW }, 2);
  expect(
    relPosH.shape[1] === headDim && relPosW.shape[1] === headDim,
    'attention',
    `relPosH is ${show(relPosH.shape)} and relPosW ${show(relPosW.shape)}, but a head has ${headDim} features.`,
  );
  const termsH = relPosH.shape[0];
  const count = termsH + relPosW.shape[0];
  const rows = B * N;
  const terms = operand([rows, heads, count]);
  const flops = 2 * rows * heads * count * headDim;
  if (target.attention === 'subgroup8' && queryTexture) {
    const tables = operand([count, headDim], 'f32', 'rgba32float');
    const steps: Step[] = [
      { from: relPosH, to: tables },
      { from: relPosW, to: tables, at: size(relPosH) },
      {
        kernel: 'relativeTerms',
        wgsl: [rows8Wgsl, subgroup8Wgsl],
        params: { rows, heads, terms: count, strideQ, fromQ: q.from, vecs: headDim / 4 },
        inputs: [queryTexture, tables],
        outputs: [terms],
        workgroups: [ceilDiv(rows, 8), heads, 1],
        flops,
      },
    ];
    return { steps, terms };
  }
  const total = rows * heads * count;
  const step: Step = {
    kernel: 'relativeTerms',
    wgsl: [gridWgsl, plainWgsl],
    params: { total, heads, terms: count, termsH, headDim, strideQ, fromQ: q.from },
    inputs: [q.of, relPosH, relPosW],
    outputs: [terms],
    workgroups: splitGrid(ceilDiv(total, 64)),
    flops,
  };
  return { steps: [step], terms };
}
