/** Masks of resampled logits as bits, and what they cover. The resampled logits themselves are not kept. */
import { expect, expectDtype, expectRank, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, MAX_GROUPS, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import finishWgsl from './maskBits.finish.wgsl';
import maskBitsWgsl from './maskBits.wgsl';

/** Floating-point operations of a pixel, about. */
const PIXEL_FLOPS = 16;

/**
 * x [B, H, W] f32 · rows [h, 4], columns [w, 4] u32, bilinear tables from `axisTaps` -> bits [B, w, ceil(h / 32)] u32
 * · stats [B, 7] u32. Bit i of word k of a column is set if the logit in row 32 k + i is above 0. The stats are top,
 * bottom + 1, left, right + 1 and number of these pixels, and the numbers of logits above `offset` and above `-offset`.
 * @throws ShapeError on other ranks or types
 */
export function maskBits(x: Operand, rows: Operand, columns: Operand, offset: number): Dispatch[] {
  expectRank('maskBits', { x }, 3);
  expectDtype('maskBits', { x }, 'f32');
  expectDtype('maskBits', { rows, columns }, 'u32');
  expect(
    rows.shape[1] === 4 && columns.shape[1] === 4,
    'maskBits',
    `the tables are ${show(rows.shape)} and ${show(columns.shape)}; both need two taps, as bilinear tables have.`,
  );
  const [B, H, W] = x.shape;
  expect(B <= MAX_GROUPS, 'maskBits', `x is ${show(x.shape)}; at most ${MAX_GROUPS} masks fit. Take fewer.`);
  const [h, w] = [rows.shape[0], columns.shape[0]];
  const words = ceilDiv(h, 32);
  const count = B * words * w;
  const bits = operand([B, w, words], 'u32');
  const parts = operand([B, words, w, 4], 'u32');
  return [
    {
      kernel: 'maskBits',
      wgsl: [gridWgsl, maskBitsWgsl],
      params: { count, H, W, h, w, words, offset },
      inputs: [x, rows, columns],
      outputs: [bits, parts],
      workgroups: splitGrid(ceilDiv(count, 64)),
      flops: PIXEL_FLOPS * B * h * w,
    },
    {
      kernel: 'maskBits',
      wgsl: [finishWgsl],
      params: { h, w, words },
      inputs: [parts],
      outputs: [bits, operand([B, 7], 'u32')],
      workgroups: [B, 1, 1],
      flops: PIXEL_FLOPS * count,
    },
  ];
}
