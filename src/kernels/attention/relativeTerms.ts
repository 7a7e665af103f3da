/** Products of queries with SAM's relative position tables: computed once per query, not once per pair. */
import { expect, expectRank, show, size } from '../check.ts';
import { operand, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import type { Columns } from './columns.ts';
import plainWgsl from './relativeTerms.wgsl';
import paramsWgsl from './relativeTerms.params.wgsl';
import subgroup8Wgsl from './relativeTerms.subgroup8.wgsl';
import rows8Wgsl from './rows8.wgsl';

/** The grid that relative positions are on, and the one that tokens are in: they differ where there are windows. */
export interface Places {
  readonly height: number;
  readonly width: number;
  readonly gridWidth: number;
}

/** Lengths are filled up to whole vec4s. */
export const roundedUp = (n: number): number => ceilDiv(n, 4) * 4;

/**
 * q [B, N, heads * d] (unscaled) · relPosH [2h - 1, d] · relPosW [2w - 1, d] -> [B * N, heads, h' + w']: q . relPosH[yq - yk +
 * h - 1] by yk, then q . relPosW[xq - xk + w - 1] by xk, each filled up to a multiple of four.
 * Segment Anything, arXiv:2304.02643, released code: add_decomposed_rel_pos.
 * @param queryTexture q's tensor as a flat texture: selects the subgroup family
 * @throws ShapeError if a table does not have d columns
 */
export function relativeTerms(
  q: Columns,
  relPosH: Operand,
  relPosW: Operand,
  heads: number,
  { height, width, gridWidth }: Places,
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
  const rows = B * N;
  const terms = operand([rows, heads, roundedUp(height) + roundedUp(width)]);
  const params = { rows, heads, headDim, height, width, gridTokens: N, gridWidth, strideQ, fromQ: q.from };
  const flops = 2 * rows * heads * (height + width) * headDim;
  if (queryTexture) {
    const tables = operand([relPosH.shape[0] + relPosW.shape[0], headDim], 'f32', 'rgba32float');
    const steps: Step[] = [
      { from: relPosH, to: tables },
      { from: relPosW, to: tables, at: size(relPosH) },
      {
        kernel: 'relativeTerms',
        wgsl: [rows8Wgsl, paramsWgsl, subgroup8Wgsl],
        params,
        inputs: [queryTexture, tables],
        outputs: [terms],
        workgroups: [ceilDiv(rows, 8), heads, 1],
        flops,
      },
    ];
    return { steps, terms };
  }
  const step: Step = {
    kernel: 'relativeTerms',
    wgsl: [gridWgsl, paramsWgsl, plainWgsl],
    params,
    inputs: [q.of, relPosH, relPosW],
    outputs: [terms],
    workgroups: splitGrid(ceilDiv(size(terms), 64)),
    flops,
  };
  return { steps: [step], terms };
}
