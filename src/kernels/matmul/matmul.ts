/** Products of two computed matrices, for each matrix of a batch. */
import { expect, expectDtype, expectFloats, expectRank, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import { vec4Elements } from '../shared/elements.ts';
import rank4Wgsl from '../shared/gemm/rank4.wgsl';
import type { Target } from '../target.ts';
import { build, type Variant } from '../variant.ts';
import laneWgsl from './matmul.lane.wgsl';
import matmulWgsl from './matmul.wgsl';
import secondF16Wgsl from './second.f16.wgsl';
import secondF32Wgsl from './second.f32.wgsl';

interface Problem {
  readonly a: Operand;
  readonly b: Operand;
  readonly transposeB: boolean;
  readonly B: number;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** Tiles staged in workgroup memory. Runs everywhere. */
const tiled: Variant<Problem, readonly Dispatch[]> = {
  name: 'tiled',
  supports: () => true,
  build({ a, b, transposeB, B, M, N, K }) {
    const tall = M > 16;
    const tilesDown = ceilDiv(M, tall ? 64 : 16);
    const tilesAcross = ceilDiv(N, 64);
    const tiles = B * tilesDown * tilesAcross;
    return [
      {
        kernel: 'matmul',
        wgsl: [gridWgsl, b.dtype === 'f16' ? secondF16Wgsl : secondF32Wgsl, matmulWgsl],
        constants: { transposeB: transposeB ? 1 : 0, tall: tall ? 1 : 0 },
        params: { M, N, K, tilesDown, tilesAcross, tiles },
        inputs: [a, b],
        outputs: [operand([B, M, N])],
        workgroups: splitGrid(tiles),
        flops: 2 * B * M * N * K,
      },
    ];
  },
};

/** Rows up to which a tile of shared memory would hold hardly more than what one invocation reads. */
const FEW_ROWS = 4;

/** 4 x 4 results per invocation, which shares nothing with others: for software adapters, and for few rows. */
const lane: Variant<Problem, readonly Dispatch[]> = {
  name: 'lane',
  supports: (_, { N, K }) => (N % 4 === 0 && K % 4 === 0) || `columns and terms are ${N} and ${K}, not multiples of 4`,
  suits: ({ M }) => M <= FEW_ROWS,
  build({ a, b, transposeB, B, M, N, K }) {
    const [down, across] = [ceilDiv(M, 4), N / 4];
    const count = B * down * across;
    return [
      {
        kernel: 'matmul',
        wgsl: [gridWgsl, rank4Wgsl, vec4Elements(b.dtype), laneWgsl],
        constants: { transposeB: transposeB ? 1 : 0 },
        params: { M, quads: K / 4, across, down, count },
        inputs: [a, b],
        outputs: [operand([B, M, N])],
        workgroups: splitGrid(ceilDiv(count, 64)),
        flops: 2 * B * M * N * K,
      },
    ];
  },
};

const variants = [tiled, lane];

/**
 * a [B, M, K] f32 · b [B, K, N], or [B, N, K] with transposeB, f32 or f16 -> y [B, M, N] f32.
 * @throws ShapeError if ranks, batches or inner lengths differ
 */
export function matmul(target: Target, a: Operand, b: Operand, transposeB: boolean): Dispatch[] {
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
  return build('matmul', variants, target, { a, b, transposeB, B, M, N, K });
}
