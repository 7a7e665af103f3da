/** The bounding rectangle of a mask. */
import { expectDtype, expectRank } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv } from '../grid.ts';
import finishWgsl from './maskBounds.finish.wgsl';
import rowsWgsl from './maskBounds.wgsl';

/**
 * mask [H, W] u32 -> [5] u32: top, bottom + 1, left, right + 1, number of pixels that are not 0. An empty mask gives
 * (H, 0, W, 0, 0).
 * @throws ShapeError if mask is not [H, W] u32
 */
export function maskBounds(mask: Operand): Dispatch[] {
  expectRank('maskBounds', { mask }, 2);
  expectDtype('maskBounds', { mask }, 'u32');
  const [H, W] = mask.shape;
  const rows = operand([H, 4], 'u32');
  const common = { kernel: 'maskBounds', params: { H, W } };
  return [
    {
      ...common,
      wgsl: [rowsWgsl],
      inputs: [mask],
      outputs: [rows],
      workgroups: [ceilDiv(H, 64), 1, 1],
      flops: 4 * H * W,
    },
    { ...common, wgsl: [finishWgsl], inputs: [rows], outputs: [operand([5], 'u32')], workgroups: [1, 1, 1] },
  ];
}
