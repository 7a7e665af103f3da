/** Transposed convolution whose stride is its kernel: one matrix product with a scattering store. */
import { expect, expectFloats, expectRank, show, size } from '../check.ts';
import type { Dispatch, FloatType, Operand } from '../dispatch.ts';
import { gemm } from '../shared/gemm/gemm.ts';
import type { Target } from '../target.ts';
import convTranspose2dWgsl from './convTranspose2d.wgsl';

/**
 * x [B, H, W, I], f32 or f16 · w [I, O, k, k], a constant · b [O] f32 or null -> y [B, H k, W k, O] of `dtype`, by default that of x.
 * @throws ShapeError if w does not belong to x, the stride is not k, or x or y is f16 and I or O is no multiple of 4
 */
export function convTranspose2d(
  target: Target,
  x: Operand,
  w: Operand,
  b: Operand | null,
  stride: number,
  dtype: FloatType = expectFloats('convTranspose2d', { x }),
): Dispatch[] {
  expectRank('convTranspose2d', { x, w }, 4);
  const [B, H, W, I] = x.shape;
  const [inputs, O, kernel] = w.shape;
  expect(
    inputs === I && w.shape[3] === kernel && kernel === stride,
    'convTranspose2d',
    `w is ${show(w.shape)}; for x ${show(x.shape)} and stride ${stride} it must be [${I}, O, ${stride}, ${stride}].\n` +
      '  Only windows that do not overlap (stride = kernel) are implemented; weights are [in, out, k, k] as in PyTorch.',
  );
  const taps = kernel * kernel;
  return gemm(
    {
      kernel: 'convTranspose2d',
      wgsl: convTranspose2dWgsl,
      params: { width: W, kernel, channels: O },
      x,
      vec4Input: I % 4 === 0,
      w,
      constantWeight: true,
      layout: {
        columns: taps * O,
        taps: 1,
        inner: I,
        name: `transposed ${kernel}`,
        start: (column) => (column % O) * taps + Math.floor(column / O),
        tapStride: 0,
        offset: (i) => i * O * taps,
      },
      rows: size(x) / I,
      epilogue: { bias: b, scale: null, residual: null, activation: 'none', dtype },
      shape: [B, H * kernel, W * kernel, O],
      channels: O,
    },
    target,
  );
}
