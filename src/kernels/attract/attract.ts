/** Bin centers move towards attractors. ZoeDepth, arXiv:2302.12288, section 3.2, equation 2. */
import { expect, expectDtype, lastDim, sameShape, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import scalarWgsl from '../shared/value.scalar.wgsl';
import vec4Wgsl from '../shared/value.vec4.wgsl';
import attractWgsl from './attract.wgsl';

/**
 * points [..., A] · centers [..., bins] -> like centers. as in the released code: the strength is 300, since the configured
 * 1000 never reaches this function, and the moves are averaged, not summed.
 * @throws ShapeError if the leading axes differ
 */
export function attract(points: Operand, centers: Operand): Dispatch {
  expect(
    sameShape(points.shape.slice(0, -1), centers.shape.slice(0, -1)),
    'attract',
    `points are ${show(points.shape)} and centers ${show(centers.shape)}; resize one map to the other's size.`,
  );
  expectDtype('attract', { points, centers }, 'f32');
  const [A, bins] = [lastDim(points), lastDim(centers)];
  const unit = bins % 4 === 0 ? 4 : 1;
  const count = size(centers) / unit;
  return {
    kernel: 'attract',
    wgsl: [gridWgsl, unit === 4 ? vec4Wgsl : scalarWgsl, attractWgsl],
    params: { count, A, bins: bins / unit },
    inputs: [points, centers],
    outputs: [operand(centers.shape)],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 6 * A * size(centers),
  };
}
