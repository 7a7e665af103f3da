/** The attention op. */
import { expect } from '../../kernels/check.ts';
import { attention as attentionKernel, type AttentionOptions } from '../../kernels/attention/attention.ts';
import { defineOp } from '../op.ts';
import { Tensor } from '../tensor.ts';

/** A range of columns. */
export type ColumnRange = { readonly from: number; readonly to: number };

/** A view of columns of a tensor, along its last axis. */
export interface ColumnView extends ColumnRange {
  readonly tensor: Tensor;
}

/** Columns [from, to) of a tensor [B, N, S]: takes q, k and v from the result of one linear layer. */
export const columns = (tensor: Tensor, from: number, to: number): ColumnView => ({ tensor, from, to });

/** All columns of a tensor, or those of a view. */
export const viewOf = (x: Tensor | ColumnView): ColumnView =>
  x instanceof Tensor ? columns(x, 0, x.shape[x.shape.length - 1]) : x;

/** The range of a view, without its tensor: an attribute of an op. */
export const rangeOf = ({ from, to }: ColumnView): ColumnRange => ({ from, to });

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

/** A grid of height x width tokens, partitioned into windows of size x size. */
export interface WindowGrid {
  readonly height: number;
  readonly width: number;
  readonly size: number;
}

export interface AttentionSettings {
  readonly heads: number;
  /** Factor of the products of queries and keys; 1 / sqrt(features of a head) when absent. */
  readonly scale?: number;
  /**
   * Added to the logits. full: bias [heads, N, M]. decomposed, as in SAM: relPosH [2h - 1, d] and relPosW [2w - 1, d].
   * beit: table [(2h - 1)(2w - 1) + 3, heads].
   */
  readonly bias?: AttentionBias;
  /** `fill` [S], the qkv bias, stands for the tokens of windows beyond the right and lower edge of the grid. */
  readonly windows?: WindowGrid & { readonly fill: Tensor };
}

type AttentionInputs = {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  /** Tables of the bias: empty without one, [bias] if full, [relPosH, relPosW] if decomposed, [table] if beit. */
  readonly bias: readonly Tensor[];
  /** Stands for tokens beyond the grid's edge; null without windows. */
  readonly fill: Tensor | null;
};

type AttentionAttributes = {
  readonly heads: number;
  readonly scale?: number;
  /** Columns of the inputs that hold queries, keys and values. */
  readonly columns: { readonly q: ColumnRange; readonly k: ColumnRange; readonly v: ColumnRange };
  readonly bias?:
    | { readonly kind: 'full' }
    | { readonly kind: 'decomposed' | 'beit'; readonly height: number; readonly width: number };
  readonly windows?: WindowGrid;
};

export const attentionOp = defineOp<AttentionInputs, AttentionAttributes>({
  name: 'attention',
  lower(target, { q, k, v, bias, fill }, attributes) {
    const { heads, scale, columns } = attributes;
    return attentionKernel(
      target,
      { q: { of: q, ...columns.q }, k: { of: k, ...columns.k }, v: { of: v, ...columns.v } },
      { heads, scale, bias: biasOptions(attributes.bias, bias), windows: windowOptions(attributes.windows, fill) },
    );
  },
});

/** Number of tables of each kind of bias. */
const TABLES = { none: 0, full: 1, decomposed: 2, beit: 1 } as const;

/** @throws ShapeError unless the number of tables fits the kind of bias */
function biasOptions(bias: AttentionAttributes['bias'], tables: readonly Tensor[]): AttentionOptions['bias'] {
  const kind = bias?.kind ?? 'none';
  expect(
    tables.length === TABLES[kind],
    'attention',
    `a bias of kind "${kind}" needs ${TABLES[kind]} table(s), got ${tables.length}.`,
  );
  if (!bias) return undefined;
  const [first, second] = tables;
  if (bias.kind === 'full') return { kind: 'full', bias: first };
  const { height, width } = bias;
  if (bias.kind === 'beit') return { kind: 'beit', table: first, height, width };
  return { kind: 'decomposed', relPosH: first, relPosW: second, height, width };
}

/** @throws ShapeError if there is a grid without a fill, or a fill without a grid */
function windowOptions(grid: WindowGrid | undefined, fill: Tensor | null): AttentionOptions['windows'] {
  if (grid && fill) return { ...grid, fill };
  expect(!grid && !fill, 'attention', 'a grid of windows and its fill belong together; give both or none.');
  return undefined;
}

/** The tables of a bias, in the order of the op's inputs. */
function biasTables(bias: AttentionBias | undefined): readonly Tensor[] {
  if (!bias) return [];
  if (bias.kind === 'full') return [bias.bias];
  return bias.kind === 'beit' ? [bias.table] : [bias.relPosH, bias.relPosW];
}

/** A bias without its tables: an attribute of the op. */
function biasAttribute(bias: AttentionBias | undefined): AttentionAttributes['bias'] {
  if (!bias) return undefined;
  return bias.kind === 'full' ? { kind: 'full' } : { kind: bias.kind, height: bias.height, width: bias.width };
}

/**
 * Multi-head attention. q [B, N, C] · k, v [B, M, C] -> [B, N, C]; each may be `columns` of a wider tensor.
 * @throws ShapeError if operands do not fit together; LimitError if a head has more than 80 features
 */
export function attention(
  q: Tensor | ColumnView,
  k: Tensor | ColumnView,
  v: Tensor | ColumnView,
  { heads, scale, bias, windows }: AttentionSettings,
): Tensor {
  const views = { q: viewOf(q), k: viewOf(k), v: viewOf(v) };
  return attentionOp.record(
    {
      q: views.q.tensor,
      k: views.k.tensor,
      v: views.v.tensor,
      bias: biasTables(bias),
      fill: windows?.fill ?? null,
    },
    {
      heads,
      scale,
      columns: { q: rangeOf(views.q), k: rangeOf(views.k), v: rangeOf(views.v) },
      bias: biasAttribute(bias),
      windows: windows && { height: windows.height, width: windows.width, size: windows.size },
    },
  );
}
