/** Ops that only SAM needs: input normalization, prompt tokens, and masks as bits. */
import { convertPhoto } from '../../graph/ops/image.ts';
import { defineOp } from '../../graph/op.ts';
import { tapTable } from '../../graph/ops/resize.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { maskBits as maskBitsKernel } from '../../kernels/maskBits/maskBits.ts';
import {
  promptTokens as promptTokensKernel,
  type PromptTokensOptions,
} from '../../kernels/promptTokens/promptTokens.ts';

/** Mean and standard deviation of SAM's training colors in 0..255. */
const SAM_MEAN = [123.675, 116.28, 103.53].map(Math.fround);
const SAM_STD = [58.395, 57.12, 57.375].map(Math.fround);

/**
 * SAM's input: photo u32 [h, w] -> f32 [1, size, size, 3], normalized, then padded with zeros at the right and the
 * bottom.
 * @throws ShapeError if the photo is larger than `size`
 */
export function samNormalize(photo: Tensor, size: number): Tensor {
  return convertPhoto(photo, [size, size], { name: 'SAM normalization', of: [SAM_MEAN, SAM_STD] }, (byte, c) =>
    Math.fround(Math.fround(byte - SAM_MEAN[c]) / SAM_STD[c]),
  );
}

type PromptTokensInputs = {
  readonly xy: Tensor;
  readonly kinds: Tensor;
  readonly matrix: Tensor;
  readonly embeddings: Tensor;
};

const promptTokensOp = defineOp<PromptTokensInputs, PromptTokensOptions>({
  name: 'promptTokens',
  lower: (_, { xy, kinds, matrix, embeddings }, options) => [
    promptTokensKernel(xy, kinds, matrix, embeddings, options),
  ],
});

/**
 * Tokens of points and box corners: xy [B, T, 2], kinds u32 [B, T], matrix [2, C / 2], embeddings [kinds, C]
 * -> [B, T, C].
 */
export const promptTokens = (
  xy: Tensor,
  kinds: Tensor,
  matrix: Tensor,
  embeddings: Tensor,
  { side, none }: PromptTokensOptions,
): Tensor => promptTokensOp.record({ xy, kinds, matrix, embeddings }, { side, none });

type MaskBitsInputs = { readonly x: Tensor; readonly rows: Tensor; readonly columns: Tensor };

const maskBitsOp = defineOp<
  MaskBitsInputs,
  { readonly offset: number },
  { readonly bits: Tensor; readonly stats: Tensor }
>(
  { name: 'maskBits', lower: (_, { x, rows, columns }, { offset }) => maskBitsKernel(x, rows, columns, offset) },
  ([bits, stats]) => ({ bits, stats }),
);

/**
 * Logits [B, H, W], resampled bilinearly (alignCorners false) to h rows and w columns -> their masks as bits u32
 * [B, w, ceil(h / 32)], column by column from the lowest bit · stats u32 [B, 7]: top, bottom + 1, left, right + 1 and
 * number of pixels above 0, and the numbers of pixels above `offset` and above `-offset`.
 */
export function maskBits(
  x: Tensor,
  [h, w]: readonly [number, number],
  offset: number,
): { readonly bits: Tensor; readonly stats: Tensor } {
  const [, H, W] = x.shape;
  const taps = (from: number, to: number) => tapTable(x.graph, { mode: 'bilinear', alignCorners: false, from, to });
  return maskBitsOp.record({ x, rows: taps(H, h), columns: taps(W, w) }, { offset });
}
