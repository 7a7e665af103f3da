/** The points of all pixels of a photo. */
import { operand, type Dispatch } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import { pointSource, type PointSource } from '../shared/pointSource.ts';
import pointMapWgsl from './pointMap.wgsl';

/**
 * source -> points [H, W, 3] f32, (0, 0, 0) where not valid · valid [H, W] u32, 0 or 1.
 * @throws ShapeError if the source's parts do not fit together
 */
export function pointMap(source: PointSource): Dispatch {
  const { wgsl, inputs, H, W } = pointSource('pointMap', source);
  return {
    kernel: 'pointMap',
    wgsl: [gridWgsl, wgsl, pointMapWgsl],
    params: { pixels: H * W, W },
    inputs,
    outputs: [operand([H, W, 3]), operand([H, W], 'u32')],
    workgroups: splitGrid(ceilDiv(H * W, 64)),
    flops: 8 * H * W,
  };
}
