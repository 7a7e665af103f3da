/** Metric depth from a distribution over bins. ZoeDepth, arXiv:2302.12288, section 3.2. */
import type { BinRange } from '../binProbabilities/binProbabilities.ts';
import { expectDtype, expectRank, expectShape, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import binomialWgsl from '../shared/binomial.wgsl';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import metricBinsWgsl from './metricBins.wgsl';

export interface MetricBinsOperands {
  /** [B, h, w, 4], before softplus. */
  readonly raw: Operand;
  /** [n]: bins, padded to a multiple of four as in `binProbabilities`. */
  readonly coefficients: Operand;
  /** [B, H, W, n], interpolated to h x w by this kernel. */
  readonly centers: Operand;
  /** [h, 4] and [w, 4], bilinear tables from `axisTaps`. */
  readonly rows: Operand;
  readonly columns: Operand;
}

/**
 * -> depth [B, h, w], in the unit of the centers.
 * @throws ShapeError if the operands do not fit together
 */
export function metricBins(operands: MetricBinsOperands, { bins, minTemp, maxTemp }: BinRange): Dispatch {
  const { raw, coefficients, centers, rows, columns } = operands;
  expectRank('metricBins', { raw, centers }, 4);
  const [B, H, W, n] = centers.shape;
  const [h, w] = [rows.shape[0], columns.shape[0]];
  expectShape('metricBins', { raw }, [B, h, w, 4]);
  expectShape('metricBins', { coefficients }, [4 * ceilDiv(bins, 4)]);
  expectShape('metricBins', { centers }, [B, H, W, size(coefficients)]);
  expectShape('metricBins', { rows }, [h, 4]);
  expectShape('metricBins', { columns }, [w, 4]);
  expectDtype('metricBins', { raw, coefficients, centers }, 'f32');
  expectDtype('metricBins', { rows, columns }, 'u32');
  const pixels = B * h * w;
  return {
    kernel: 'metricBins',
    wgsl: [gridWgsl, mathWgsl, binomialWgsl, metricBinsWgsl],
    params: { pixels, bins, minTemp, maxTemp, H, W, h, w },
    inputs: [raw, coefficients, centers, rows, columns],
    outputs: [operand([B, h, w])],
    workgroups: splitGrid(ceilDiv(pixels, 64)),
    flops: 50 * pixels * n,
  };
}
