/** Products of two computed matrices, for each matrix of a batch. */
import { expect, expectDtype, expectFloats, expectRank, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import matmulWgsl from './matmul.wgsl';
import secondF16Wgsl from './second.f16.wgsl';
import secondF32Wgsl from './second.f32.wgsl';

/**
 * a [B, M, K] f32 · b [B, K, N], or [B, N, K] with transposeB, f32 or f16 -> y [B, M, N] f32.
 * @throws ShapeError if ranks, batches or inner lengths differ
 */
export function matmul(a: Operand, b: Operand, transposeB: boolean): Dispatch {
  expectRank('matmul', { a, b }, 3);
  expectDtype('matmul', { a }, 'f32');
  expectFloats('matmul', { b });
  const [B, M, K] = a.shape;
  const [batches, inner, N] = transposeB ? [b.shape[0], b.shape[2], b.shape[1]] : b.shape;
  expect(
    batches === B && inner === K,
    'matmul',
    `a is ${show(a.shape)}, so b must be ${transposeB ? `[${B}, N, ${K}]` : `[${B}, ${K}, N]`}; it is ${show(b.shape)}.\n` +
      '  Check the order of axes; with transposeB, b holds its columns as rows.',
  );
  const tall = M > 16;
  const tilesDown = ceilDiv(M, tall ? 64 : 16);
  const tilesAcross = ceilDiv(N, 64);
  const tiles = B * tilesDown * tilesAcross;
  return {
    kernel: 'matmul',
    wgsl: [gridWgsl, b.dtype === 'f16' ? secondF16Wgsl : secondF32Wgsl, matmulWgsl],
    constants: { transposeB: transposeB ? 1 : 0, tall: tall ? 1 : 0 },
    params: { M, N, K, tilesDown, tilesAcross, tiles },
    inputs: [a, b],
    outputs: [operand([B, M, N])],
    workgroups: splitGrid(tiles),
    flops: 2 * B * M * N * K,
  };
}
