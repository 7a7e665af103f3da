/** Ops that only ZoeDepth needs. arXiv:2302.12288; as in the released code where that differs. */
import { defineOp } from '../../graph/op.ts';
import { pad, slice } from '../../graph/ops/movement.ts';
import { tapTable } from '../../graph/ops/resize.ts';
import type { Recorder, Tensor } from '../../graph/tensor.ts';
import { attract as attractKernel } from '../../kernels/attract/attract.ts';
import { biasTable as biasTableKernel } from '../../kernels/biasTable/biasTable.ts';
import {
  binProbabilities as binProbabilitiesKernel,
  type BinRange,
  type Temperatures,
} from '../../kernels/binProbabilities/binProbabilities.ts';
import { expect, expectShape, show } from '../../kernels/check.ts';
import { cumsumRows as cumsumRowsKernel } from '../../kernels/cumsumRows/cumsumRows.ts';
import { metricBins as metricBinsKernel } from '../../kernels/metricBins/metricBins.ts';
import { relativeBias as relativeBiasKernel } from '../../kernels/relativeBias/relativeBias.ts';
import { sortRows as sortRowsKernel } from '../../kernels/sortRows/sortRows.ts';
import { axisTaps } from '../../kernels/resize/taps.ts';
import { resizePhoto as resizePhotoKernel } from '../../kernels/resizePhoto/resizePhoto.ts';

type ResizePhotoInputs = {
  readonly photo: Tensor;
  readonly rows: Tensor;
  readonly columns: Tensor;
  readonly table: Tensor;
};

const resizePhotoOp = defineOp<ResizePhotoInputs>({
  name: 'resizePhoto',
  lower: (_, { photo, rows, columns, table }) => [resizePhotoKernel(photo, rows, columns, table)],
});

/**
 * ZoeDepth's input: photo u32 [H, W], padded by reflection and resized (bilinear, alignCorners true)
 * -> f32 [1, h, w, 3] in 0..1. It equals `resize(reflectPad(photoToRgb(photo)))`, but also takes photos that are too
 * large for a binding as f32.
 * @throws ShapeError if a margin is not smaller than the side that it reflects
 */
export function resizePhoto(
  photo: Tensor,
  [h, w]: readonly [number, number],
  { top, left }: { readonly top: number; readonly left: number },
): Tensor {
  const [H, W] = photo.shape;
  expect(
    top < H && left < W && top >= 0 && left >= 0,
    'resizePhoto',
    `margins ${show([top, left])} do not fit a photo of ${W} x ${H} pixels: each must be smaller than its side. ` +
      'Use a larger photo.',
  );
  const { graph } = photo;
  const axis = (side: number, margin: number, to: number): Tensor =>
    graph.constant({
      name: 'taps of a reflected photo',
      of: { side, margin, to },
      shape: [to, 4],
      dtype: 'u32',
      compute: () => reflectedTaps(side, margin, to),
    });
  const bytes = () => Float32Array.from({ length: 256 }, (_, i) => i / 255);
  const table = graph.constant({ name: 'byte / 255', shape: [256], compute: bytes });
  const inputs = { photo, rows: axis(H, top, h), columns: axis(W, left, w), table };
  return resizePhotoOp.record(inputs, {});
}

/**
 * Bilinear taps of an axis that is padded by reflection, `margin` on both ends, with positions in the unpadded axis.
 */
function reflectedTaps(side: number, margin: number, to: number): Uint32Array {
  const { table } = axisTaps({ mode: 'bilinear', alignCorners: true, from: side + 2 * margin, to });
  return table.map((word, k) => {
    if (k % 4 > 1) return word; // the bits of a weight
    const at = Math.abs(word - margin);
    return at < side ? at : 2 * (side - 1) - at;
  });
}

const biasTableOp = defineOp<{ readonly table: Tensor; readonly rows: Tensor; readonly columns: Tensor }>({
  name: 'biasTable',
  lower: (_, { table, rows, columns }) => [biasTableKernel(table, rows, columns)],
});

/**
 * BEiT's position biases for a grid of h x w patches: table [(2 * native - 1)^2 + 3, heads]
 * -> [(2h - 1)(2w - 1) + 3, heads]. Bilinear, align_corners false; the class token's three rows are kept.
 * @throws ShapeError if the table does not belong to the native grid
 */
export function resizeBiasTable(table: Tensor, native: number, h: number, w: number): Tensor {
  const side = 2 * native - 1;
  expectShape('resizeBiasTable', { table }, [side * side + 3, table.shape[1]]);
  if (h === native && w === native) return table;
  const axis = (to: number) => tapTable(table.graph, { mode: 'bilinear', alignCorners: false, from: side, to });
  return biasTableOp.record({ table, rows: axis(2 * h - 1), columns: axis(2 * w - 1) }, {});
}

const relativeBiasOp = defineOp<{ readonly table: Tensor }, { readonly h: number; readonly w: number }>({
  name: 'relativeBias',
  lower: (_, { table }, { h, w }) => [relativeBiasKernel(table, h, w)],
});

/**
 * Position biases of all pairs of tokens from a table for h x w patches -> [heads, 1 + hw, 1 + hw], class token first.
 */
export const relativeBias = (table: Tensor, h: number, w: number): Tensor => relativeBiasOp.record({ table }, { h, w });

const attractOp = defineOp<{ readonly points: Tensor; readonly centers: Tensor }>({
  name: 'attract',
  lower: (_, { points, centers }) => [attractKernel(points, centers)],
});

/** Moves centers [..., bins] by the mean, over points [..., A], of d / (1 + 300 d^2), where d = point - center. */
export const attract = (points: Tensor, centers: Tensor): Tensor => attractOp.record({ points, centers }, {});

const sortRowsOp = defineOp<{ readonly x: Tensor }>({
  name: 'sortRows',
  lower: (_, { x }) => [sortRowsKernel(x)],
});

/** Sorts each row of x [..., C] in ascending order. */
export const sortRows = (x: Tensor): Tensor => sortRowsOp.record({ x }, {});

const cumsumRowsOp = defineOp<{ readonly x: Tensor }>({
  name: 'cumsumRows',
  lower: (_, { x }) => [cumsumRowsKernel(x)],
});

/** Cumulative sums along the last axis of x [..., C]. */
export const cumsumRows = (x: Tensor): Tensor => cumsumRowsOp.record({ x }, {});

/**
 * Logarithms of binomial coefficients C(bins - 1, k) by Stirling's leading terms, as a constant [bins].
 * as in the released code: every step is rounded to float32, where an epsilon of 1e-7 vanishes next to numbers above 1.
 */
export function logBinomial(graph: Recorder, bins: number): Tensor {
  const { fround } = Math;
  const eps = 1e-7;
  const log = (x: number) => fround(Math.log(x));
  const n = fround(bins - 1 + eps);
  const value = (i: number): number => {
    const k = fround(i + eps);
    const rest = fround(n - k);
    const first = fround(fround(n * log(n)) - fround(k * log(k)));
    return fround(first - fround(rest * log(fround(rest + eps))));
  };
  const compute = () => Float32Array.from({ length: bins }, (_, i) => value(i));
  return graph.constant({ name: 'logarithms of binomial coefficients', of: { bins }, shape: [bins], compute });
}

/** Number of bins, rounded up to a multiple of 4: the kernels read four bins at a time. */
const roundUpTo4 = (bins: number): number => 4 * Math.ceil(bins / 4);

/** Coefficient of a padding bin: so low that the bin has probability 0 at any temperature. */
const NO_BIN = -1e9;

/** `logBinomial`, padded to a multiple of 4 bins. */
function coefficientsOf(graph: Recorder, bins: number): Tensor {
  const fill = roundUpTo4(bins) - bins;
  return fill === 0 ? logBinomial(graph, bins) : pad(logBinomial(graph, bins), [0], [fill], NO_BIN);
}

const binProbabilitiesOp = defineOp<{ readonly raw: Tensor; readonly coefficients: Tensor }, BinRange>({
  name: 'binProbabilities',
  lower: (_, { raw, coefficients }, range) => [binProbabilitiesKernel(raw, coefficients, range)],
});

/**
 * Probabilities [..., bins] of depth bins from raw [..., 4]: the network's four numbers of a pixel, before softplus.
 */
export function binProbabilities(raw: Tensor, bins: number, { minTemp, maxTemp }: Temperatures): Tensor {
  const inputs = { raw, coefficients: coefficientsOf(raw.graph, bins) };
  const all = binProbabilitiesOp.record(inputs, { bins, minTemp, maxTemp });
  return roundUpTo4(bins) === bins ? all : slice(all, all.shape.length - 1, 0, bins);
}

type MetricBinsInputs = {
  readonly raw: Tensor;
  readonly centers: Tensor;
  readonly coefficients: Tensor;
  readonly rows: Tensor;
  readonly columns: Tensor;
};

const metricBinsOp = defineOp<MetricBinsInputs, BinRange>({
  name: 'metricBins',
  lower: (_, inputs, range) => [metricBinsKernel(inputs, range)],
});

/**
 * Expected depth [B, h, w] from raw [B, h, w, 4] (as in `binProbabilities`) and centers [B, H, W, bins], which are
 * interpolated with aligned corners.
 * @param band rows [from, to) that `raw` holds of a result of `height` rows
 */
export function metricBins(
  raw: Tensor,
  centers: Tensor,
  { minTemp, maxTemp }: Temperatures,
  height = raw.shape[1],
  band: readonly [number, number] = [0, height],
): Tensor {
  const { graph } = raw;
  const [, H, W, bins] = centers.shape;
  const axis = { mode: 'bilinear', alignCorners: true } as const;
  const inputs = {
    raw,
    centers: roundUpTo4(bins) === bins ? centers : pad(centers, [0, 0, 0, 0], [0, 0, 0, roundUpTo4(bins) - bins], 0),
    coefficients: coefficientsOf(graph, bins),
    rows: tapTable(graph, { ...axis, from: H, to: height }, band),
    columns: tapTable(graph, { ...axis, from: W, to: raw.shape[2] }),
  };
  return metricBinsOp.record(inputs, { bins, minTemp, maxTemp });
}
