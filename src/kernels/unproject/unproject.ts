/** Depth to points in the camera's frame. */
import { expectDtype, expectRank, expectShape, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import unprojectWgsl from './unproject.wgsl';

/**
 * depth [H, W] f32, metres · mask [H, W] u32 · intrinsics [4] f32 (fx, fy, cx, cy in pixels, for integer pixel
 * coordinates) -> points [H, W, 3], metres, x right, y down, z forward · valid [H, W] u32.
 * Where the mask is 0 or the depth is not a finite positive number, `valid` is 0 and the point is (0, 0, 0).
 * @throws ShapeError if shapes or types differ from these
 */
export function unproject(depth: Operand, mask: Operand, intrinsics: Operand): Dispatch {
  expectRank('unproject', { depth }, 2);
  expectShape('unproject', { mask }, depth.shape);
  expectShape('unproject', { intrinsics }, [4]);
  expectDtype('unproject', { depth, intrinsics }, 'f32');
  expectDtype('unproject', { mask }, 'u32');
  const pixels = size(depth);
  return {
    kernel: 'unproject',
    wgsl: [gridWgsl, unprojectWgsl],
    params: { pixels, W: depth.shape[1] },
    inputs: [depth, mask, intrinsics],
    outputs: [operand([...depth.shape, 3]), operand(depth.shape, 'u32')],
    workgroups: splitGrid(ceilDiv(pixels, 64)),
    flops: 8 * pixels,
  };
}
