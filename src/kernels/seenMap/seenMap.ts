/** MCC's point input: what the photo shows of the object, in the object's own frame. */
import { expect, expectDtype, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv } from '../grid.ts';
import { pointSource, type PointSource } from '../shared/pointSource.ts';
import seenMapWgsl from './seenMap.wgsl';

/**
 * source · stats [8] of `maskedStats` · taps [size, 4] u32 from `axisTaps` (bilinear), for the side of the square ·
 * box [4] u32: top, left, height, width of the crop whose longer side is the square's
 * -> xyz [1, size, size, 3] f32, (-100, -100, -100) where not valid · valid [1, size, size] u32.
 * @throws ShapeError if an operand has another shape or type
 */
export function seenMap(source: PointSource, stats: Operand, taps: Operand, box: Operand): Dispatch {
  const { wgsl, inputs, W } = pointSource('seenMap', source);
  expectShape('seenMap', { stats }, [8]);
  expectShape('seenMap', { box }, [4]);
  expectDtype('seenMap', { taps, box }, 'u32');
  expectDtype('seenMap', { stats }, 'f32');
  expect(taps.shape[1] === 4, 'seenMap', `taps are ${show(taps.shape)}, expected the bilinear [size, 4].`);
  const size = taps.shape[0];
  return {
    kernel: 'seenMap',
    wgsl: [wgsl, seenMapWgsl],
    params: { size, W },
    inputs: [...inputs, stats, taps, box],
    outputs: [operand([1, size, size, 3]), operand([1, size, size], 'u32')],
    workgroups: [ceilDiv(size * size, 64), 1, 1],
    flops: 60 * size * size,
  };
}
