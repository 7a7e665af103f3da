/** Products of queries with SAM's relative position tables: computed once per query, not once per pair. */
import { expect, expectDtype, expectRank, show, size } from '../check.ts';
import { operand, type DType, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { scalarInput, vec4Elements } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import { supportsSubgroup8, type Target } from '../target.ts';
import { build, type Variant } from '../variant.ts';
import type { Columns } from './columns.ts';
import plainWgsl from './relativeTerms.wgsl';
import paramsWgsl from './relativeTerms.params.wgsl';
import storeF16Wgsl from './relativeTerms.store.f16.wgsl';
import storeF32Wgsl from './relativeTerms.store.f32.wgsl';
import subgroup8Wgsl from './relativeTerms.subgroup8.wgsl';
import rows8Wgsl from './rows8.wgsl';

/**
 * Size of the grid that relative positions refer to, and the width of the grid of all tokens. With windows they differ:
 * relative positions refer to a window.
 */
export interface Places {
  readonly height: number;
  readonly width: number;
  readonly gridWidth: number;
}

/** Lengths are padded to whole vec4s. */
export const roundedUp = (n: number): number => ceilDiv(n, 4) * 4;

interface RelativeTerms {
  readonly q: Operand;
  /** q as a flat texture, if attention reads one. */
  readonly queryTexture: Operand | undefined;
  readonly relPosH: Operand;
  readonly relPosW: Operand;
  /** The result. */
  readonly terms: Operand;
  readonly rows: number;
  readonly heads: number;
  readonly params: Readonly<Record<string, number>>;
  readonly flops: number;
}

/** One thread per result, or per four halves. Runs everywhere. */
const plain: Variant<RelativeTerms, readonly Step[]> = {
  name: 'plain',
  supports: () => true,
  build: ({ q, relPosH, relPosW, terms, params, flops }) => [
    {
      kernel: 'relativeTerms',
      wgsl: [gridWgsl, paramsWgsl, scalarInput(q.dtype), ...storeTexts(terms.dtype), plainWgsl],
      params,
      inputs: [q, relPosH, relPosW],
      outputs: [terms],
      workgroups: splitGrid(ceilDiv(size(terms), 64 * resultsOf(terms.dtype))),
      flops,
    },
  ],
};

/** The WGSL that stores results of a type, and how many of them a thread computes. */
const storeTexts = (dtype: DType): string[] => (dtype === 'f16' ? [vec4Elements('f16'), storeF16Wgsl] : [storeF32Wgsl]);
const resultsOf = (dtype: DType): number => (dtype === 'f16' ? 4 : 1);

/** All products of eight queries with both tables, from textures: for software adapters. */
const subgroup8: Variant<RelativeTerms, readonly Step[]> = {
  name: 'subgroup8',
  supports: (target, { queryTexture }) => (queryTexture ? supportsSubgroup8(target) : 'q is not in a texture'),
  build({ queryTexture, relPosH, relPosW, terms, rows, heads, params, flops }) {
    const tables = operand([relPosH.shape[0] + relPosW.shape[0], relPosH.shape[1]], 'f32', 'rgba32float');
    return [
      { from: relPosH, to: tables },
      { from: relPosW, to: tables, at: size(relPosH) },
      {
        kernel: 'relativeTerms',
        wgsl: [rows8Wgsl, paramsWgsl, subgroup8Wgsl],
        params,
        inputs: [queryTexture ?? null, tables],
        outputs: [terms],
        workgroups: [ceilDiv(rows, 8), heads, 1],
        flops,
      },
    ];
  },
};

/**
 * q [B, N, heads * d] (unscaled), f32 or f16 · relPosH [2h - 1, d] · relPosW [2w - 1, d] -> [B * N, heads, h' + w']:
 * q . relPosH[yq - yk + h - 1] by yk, then q . relPosW[xq - xk + w - 1] by xk, each padded to a multiple of four.
 * Segment Anything, arXiv:2304.02643, released code: add_decomposed_rel_pos.
 * The result is like q, or f32 if q is in a texture.
 * @param queryTexture q's tensor as a flat texture, which the subgroup8 variant reads
 * @throws ShapeError if a table is not f32 with d columns
 */
export function relativeTerms(
  target: Target,
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
  expectDtype('attention', { relPosH, relPosW }, 'f32');
  expect(
    relPosH.shape[1] === headDim && relPosW.shape[1] === headDim,
    'attention',
    `relPosH is ${show(relPosH.shape)} and relPosW ${show(relPosW.shape)}, but a head has ${headDim} features.`,
  );
  const rows = B * N;
  // The variant for software adapters, which reads q from a texture, stores one number at a time.
  const dtype = queryTexture ? 'f32' : q.of.dtype;
  const terms = operand([rows, heads, roundedUp(height) + roundedUp(width)], dtype);
  const steps = build('relativeTerms', [plain, subgroup8], target, {
    q: q.of,
    queryTexture,
    relPosH,
    relPosW,
    terms,
    rows,
    heads,
    params: { rows, heads, headDim, height, width, gridTokens: N, gridWidth, strideQ, fromQ: q.from },
    flops: 2 * rows * heads * (height + width) * headDim,
  });
  return { steps, terms };
}
