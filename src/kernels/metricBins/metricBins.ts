/** Metric depth from a distribution over bins. ZoeDepth, arXiv:2302.12288, section 3.2. */
import type { Temperatures } from '../binProbabilities/binProbabilities.ts';
import { expect, expectRank, expectShape } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import binomialWgsl from '../shared/binomial.wgsl';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import metricBinsWgsl from './metricBins.wgsl';

export interface MetricBinsOperands {
  /** [B, h, w, 4], before softplus. */
  readonly raw: Operand;
  /** [bins] */
  readonly coefficients: Operand;
  /** [B, H, W, bins], interpolated to h x w on the way. */
  readonly centres: Operand;
  /** [h, 4] and [w, 4], bilinear tables from `axisTaps`. */
  readonly rows: Operand;
  readonly columns: Operand;
}

/**
 * -> depth [B, h, w], in the unit of the centres.
 * @throws ShapeError if the operands do not fit together
 */
export function metricBins(operands: MetricBinsOperands, { minTemp, maxTemp }: Temperatures): Dispatch {
  const { raw, coefficients, centres, rows, columns } = operands;
  expectRank('metricBins', { raw, centres }, 4);
  const [B, H, W, bins] = centres.shape;
  const [h, w] = [rows.shape[0], columns.shape[0]];
  expectShape('metricBins', { raw }, [B, h, w, 4]);
  expectShape('metricBins', { coefficients }, [bins]);
  expectShape('metricBins', { rows }, [h, 4]);
  expectShape('metricBins', { columns }, [w, 4]);
  expect(bins % 4 === 0, 'metricBins', `${bins} bins; their number must be a multiple of four.`);
  const pixels = B * h * w;
  return {
    kernel: 'metricBins',
    wgsl: [gridWgsl, mathWgsl, binomialWgsl, metricBinsWgsl],
    params: { pixels, bins, minTemp, maxTemp, H, W, h, w },
    inputs: [raw, coefficients, centres, rows, columns],
    outputs: [operand([B, h, w])],
    workgroups: splitGrid(ceilDiv(pixels, 64)),
    flops: 50 * pixels * bins,
  };
}
