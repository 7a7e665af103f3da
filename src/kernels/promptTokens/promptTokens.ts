/** Tokens of points and box corners: random Fourier features of the position plus an embedding of the kind. */
import { expect, expectDtype, expectRank, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import promptTokensWgsl from './promptTokens.wgsl';

export interface PromptTokensOptions {
  /** Side, in pixels, of the square that the position code spans. */
  readonly side: number;
  /** The kind that has no position. */
  readonly none: number;
}

/**
 * Fourier Features Let Networks Learn High Frequency Functions, arXiv:2006.10739, with the half-pixel shift and the range
 * of SAM's released code.
 * xy [B, T, 2] f32, pixels · kinds [B, T] u32, rows of `embeddings` · matrix [2, C / 2] · embeddings [kinds, C]
 * -> [B, T, C]
 * @throws ShapeError if the operands do not fit together, or if C is not a multiple of 8
 */
export function promptTokens(
  xy: Operand,
  kinds: Operand,
  matrix: Operand,
  embeddings: Operand,
  { side, none }: PromptTokensOptions,
): Dispatch {
  const kernel = 'promptTokens';
  expectRank(kernel, { kinds, embeddings }, 2);
  expectDtype(kernel, { kinds }, 'u32');
  expectDtype(kernel, { xy, matrix, embeddings }, 'f32');
  const [B, T] = kinds.shape;
  const C = embeddings.shape[1];
  expect(C % 8 === 0, kernel, `embeddings are ${show(embeddings.shape)}, expected a width that is a multiple of 8.`);
  expectShape(kernel, { xy }, [B, T, 2]);
  expectShape(kernel, { matrix }, [2, C / 2]);
  return {
    kernel,
    wgsl: [gridWgsl, mathWgsl, promptTokensWgsl],
    params: { tokens: B * T, quads: C / 8, side, none },
    inputs: [xy, kinds, matrix, embeddings],
    outputs: [operand([B, T, C])],
    workgroups: splitGrid(ceilDiv((B * T * C) / 4, 64)),
    flops: 40 * B * T * C,
  };
}
