/** Convolutions on maps [B, H, W, C]. */
import { conv2d, convTranspose2d, type ResultOptions } from '../../graph/ops/matmul.ts';
import type { Tensor } from '../../graph/tensor.ts';

export interface ConvOptions extends ResultOptions {
  /** Side of the kernel; 1 by default. */
  readonly kernel?: number;
  /** 1 by default. */
  readonly stride?: number;
  /** Zeros on each side; 0 by default. */
  readonly padding?: number;
  /** Whether the layer has `name.bias`; true by default. */
  readonly bias?: boolean;
}

/**
 * Convolution. x [B, H, W, C] -> [B, H', W', out]. Reads `name.weight` [out, C, kernel, kernel] and `name.bias` [out].
 */
export function conv(name: string, x: Tensor, out: number, options: ConvOptions = {}): Tensor {
  const { kernel = 1, stride = 1, padding = 0, bias = true, dtype } = options;
  const weight = x.graph.weight(`${name}.weight`, [out, x.shape[3], kernel, kernel]);
  return conv2d(x, weight, bias ? x.graph.weight(`${name}.bias`, [out]) : null, { stride, padding, dtype });
}

/**
 * Transposed convolution with a kernel as large as its stride: each pixel becomes a square of `stride` x `stride`.
 * x [B, H, W, C] -> [B, H * stride, W * stride, out]. Reads `name.weight` [C, out, stride, stride], `name.bias` [out].
 */
export function convTranspose(name: string, x: Tensor, out: number, stride: number): Tensor {
  const weight = x.graph.weight(`${name}.weight`, [x.shape[3], out, stride, stride]);
  return convTranspose2d(x, weight, x.graph.weight(`${name}.bias`, [out]), { stride });
}
