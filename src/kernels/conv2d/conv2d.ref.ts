/** Convolution in plain float64 loops. x [B, H, W, C]; w [O, C / groups, k, k]; y [B, outH, outW, O]. */
import { activationRef } from '../shared/activations.ref.ts';
import type { EpilogueRef } from '../linear/linear.ref.ts';

export interface ConvShape {
  readonly B: number;
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly O: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

const outSize = (size: number, { kernel, stride, padding }: ConvShape): number =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1;

export function conv2dRef(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  shape: ConvShape,
  { bias, scale, residual, activation = 'none', inputRelu }: EpilogueRef & { inputRelu?: boolean } = {},
): Float64Array {
  const { B, H, W, C, O, kernel, stride, padding, groups } = shape;
  const [outH, outW] = [outSize(H, shape), outSize(W, shape)];
  const inner = C / groups;
  const y = new Float64Array(B * outH * outW * O);
  for (let b = 0, at = 0; b < B; b++) {
    for (let oy = 0; oy < outH; oy++) {
      for (let ox = 0; ox < outW; ox++) {
        for (let o = 0; o < O; o++, at++) {
          const firstChannel = Math.floor(o / (O / groups)) * inner;
          let sum = bias?.[o] ?? 0;
          for (let ky = 0; ky < kernel; ky++) {
            for (let kx = 0; kx < kernel; kx++) {
              const [iy, ix] = [oy * stride + ky - padding, ox * stride + kx - padding];
              if (iy < 0 || iy >= H || ix < 0 || ix >= W) continue;
              for (let i = 0; i < inner; i++) {
                const v = x[((b * H + iy) * W + ix) * C + firstChannel + i];
                sum += (inputRelu ? Math.max(v, 0) : v) * w[((o * inner + i) * kernel + ky) * kernel + kx];
              }
            }
          }
          y[at] = (residual?.[at] ?? 0) + (scale?.[o] ?? 1) * activationRef(activation, sum);
        }
      }
    }
  }
  return y;
}
