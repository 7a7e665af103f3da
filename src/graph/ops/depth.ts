/** Ops of ZoeDepth. arXiv:2302.12288; as in the released code where that differs. */
import { attract as attractKernel } from '../../kernels/attract/attract.ts';
import { biasTable } from '../../kernels/biasTable/biasTable.ts';
import {
  binProbabilities as binProbabilitiesKernel,
  type Temperatures,
} from '../../kernels/binProbabilities/binProbabilities.ts';
import { expectShape } from '../../kernels/check.ts';
import { cumsumRows as cumsumRowsKernel } from '../../kernels/cumsumRows/cumsumRows.ts';
import { metricBins as metricBinsKernel } from '../../kernels/metricBins/metricBins.ts';
import { relativeBias as relativeBiasKernel } from '../../kernels/relativeBias/relativeBias.ts';
import { sortRows as sortRowsKernel } from '../../kernels/sortRows/sortRows.ts';
import type { Graph } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import { pad, slice } from './movement.ts';
import { tapTable } from './resize.ts';

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
  const inputs = { table, rows: axis(2 * h - 1), columns: axis(2 * w - 1) };
  return table.graph.record('biasTable', inputs, {}, (_, { table, rows, columns }) => [
    biasTable(table as Tensor, rows as Tensor, columns as Tensor),
  ])[0];
}

/** The biases that a table for h x w patches stands for: [heads, 1 + hw, 1 + hw], class token first. */
export const relativeBias = (table: Tensor, h: number, w: number): Tensor =>
  table.graph.record('relativeBias', { table }, { h, w }, (_, inputs) => [
    relativeBiasKernel(inputs.table as Tensor, h, w),
  ])[0];

/** Centers [..., bins] move by the mean over points [..., A] of d / (1 + 300 d^2), d = point - center. */
export const attract = (points: Tensor, centers: Tensor): Tensor =>
  points.graph.record('attract', { points, centers }, {}, (_, inputs) => [
    attractKernel(inputs.points as Tensor, inputs.centers as Tensor),
  ])[0];

/** Each row of x [..., C] in ascending order. */
export const sortRows = (x: Tensor): Tensor =>
  x.graph.record('sortRows', { x }, {}, (_, inputs) => [sortRowsKernel(inputs.x as Tensor)])[0];

/** Running sums along the last axis of x [..., C]. */
export const cumsumRows = (x: Tensor): Tensor =>
  x.graph.record('cumsumRows', { x }, {}, (_, inputs) => [cumsumRowsKernel(inputs.x as Tensor)])[0];

/**
 * Logarithms of binomial coefficients C(bins - 1, k) by Stirling's leading terms, as a constant [bins]. As in the released
 * code the epsilons of 1e-7 vanish in float32 beside numbers above 1, so every step is rounded to float32.
 */
export function logBinomial(graph: Graph, bins: number): Tensor {
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

/** The kernels read bins four at a time. */
const inFours = (bins: number): number => 4 * Math.ceil(bins / 4);

/** A coefficient so low that its bin gets no probability, whatever the temperature. */
const NO_BIN = -1e9;

/** `logBinomial` in whole fours: what is filled up gets no probability. */
function coefficientsOf(graph: Graph, bins: number): Tensor {
  const fill = inFours(bins) - bins;
  return fill === 0 ? logBinomial(graph, bins) : pad(logBinomial(graph, bins), [0], [fill], NO_BIN);
}

/** Probabilities [..., bins] of depth bins from raw [..., 4], the four numbers of a pixel before softplus. */
export function binProbabilities(raw: Tensor, bins: number, { minTemp, maxTemp }: Temperatures): Tensor {
  const inputs = { raw, coefficients: coefficientsOf(raw.graph, bins) };
  const [all] = raw.graph.record('binProbabilities', inputs, { bins }, (_, { raw, coefficients }) => [
    binProbabilitiesKernel(raw as Tensor, coefficients as Tensor, { bins, minTemp, maxTemp }),
  ]);
  return inFours(bins) === bins ? all : slice(all, all.shape.length - 1, 0, bins);
}

/**
 * Expected depth [B, h, w] from raw [B, h, w, 4] (as in `binProbabilities`) and centers [B, H, W, bins], which are
 * interpolated with aligned corners. `band` says which rows of a result of `height` rows `raw` is.
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
    centers: inFours(bins) === bins ? centers : pad(centers, [0, 0, 0, 0], [0, 0, 0, inFours(bins) - bins], 0),
    coefficients: coefficientsOf(graph, bins),
    rows: tapTable(graph, { ...axis, from: H, to: height }, band),
    columns: tapTable(graph, { ...axis, from: W, to: raw.shape[2] }),
  };
  return graph.record('metricBins', inputs, { bins, band }, (_, given) => {
    const at = (name: string) => given[name] as Tensor;
    const operands = {
      raw: at('raw'),
      coefficients: at('coefficients'),
      centers: at('centers'),
      rows: at('rows'),
      columns: at('columns'),
    };
    return [metricBinsKernel(operands, { bins, minTemp, maxTemp })];
  })[0];
}
