/** Probabilities of depth bins. ZoeDepth, arXiv:2302.12288, section 3.2; released code, dist_layers.py. */
import { expectDtype, expectShape, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import binomialWgsl from '../shared/binomial.wgsl';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import binProbabilitiesWgsl from './binProbabilities.wgsl';

/** Bins, and the range of the temperature that divides their scores. */
export interface BinRange extends Temperatures {
  readonly bins: number;
}

/** Range of the temperature that divides the scores. */
export interface Temperatures {
  readonly minTemp: number;
  readonly maxTemp: number;
}

/**
 * raw [..., 4], before softplus · coefficients [n], bins padded to a multiple of four with coefficients so low that their
 * probability is 0 -> [..., n], each pixel summing to 1.
 * @throws ShapeError unless raw has four channels and the number of coefficients is a multiple of four
 */
export function binProbabilities(raw: Operand, coefficients: Operand, { bins, minTemp, maxTemp }: BinRange): Dispatch {
  const n = size(coefficients);
  expectShape('binProbabilities', { raw }, [...raw.shape.slice(0, -1), 4]);
  expectShape('binProbabilities', { coefficients }, [4 * ceilDiv(bins, 4)]);
  expectDtype('binProbabilities', { raw, coefficients }, 'f32');
  const pixels = size(raw) / 4;
  return {
    kernel: 'binProbabilities',
    wgsl: [gridWgsl, mathWgsl, binomialWgsl, binProbabilitiesWgsl],
    params: { pixels, bins, minTemp, maxTemp },
    inputs: [raw, coefficients],
    outputs: [operand([...raw.shape.slice(0, -1), n])],
    workgroups: splitGrid(ceilDiv(pixels, 64)),
    flops: 40 * pixels * bins,
  };
}
