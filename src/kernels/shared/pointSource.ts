/** The source of a photo's points, for all kernels that read points: a depth map and a camera, or a map of points. */
import { expect, expectDtype, expectRank, expectShape, show } from '../check.ts';
import type { Operand } from '../dispatch.ts';
import depthWgsl from './points.depth.wgsl';
import mapWgsl from './points.map.wgsl';

/**
 * depth [H, W] f32 (meters) · mask [H, W] u32 · intrinsics [4] f32 (fx, fy, cx, cy in pixels, for integer pixel
 * coordinates): valid inside the mask where the depth is finite and positive.
 * Or: points [H, W, 3] f32 · mask [H, W] u32: valid inside the mask where the coordinates are finite.
 */
export type PointSource<T extends Operand = Operand> =
  { readonly depth: T; readonly mask: T; readonly intrinsics: T } | { readonly points: T; readonly mask: T };

/**
 * The WGSL that declares `pointAt`, its operands at bindings 1 to 3, and the photo's size.
 * @throws ShapeError if the parts of the source do not fit together
 */
export function pointSource(kernel: string, source: PointSource) {
  const { mask } = source;
  expectRank(kernel, { mask }, 2);
  expectDtype(kernel, { mask }, 'u32');
  const [H, W] = mask.shape;
  if ('depth' in source) {
    const { depth, intrinsics } = source;
    expectShape(kernel, { depth }, [H, W]);
    expectShape(kernel, { intrinsics }, [4]);
    expectDtype(kernel, { depth, intrinsics }, 'f32');
    return { wgsl: depthWgsl, inputs: [depth, mask, intrinsics], H, W };
  }
  const { points } = source;
  expect(
    points.shape.length === 3 && points.shape[0] === H && points.shape[1] === W && points.shape[2] === 3,
    kernel,
    `points are ${show(points.shape)}, the mask is ${show(mask.shape)}; a point map must have x, y, z for each pixel of the mask.`,
  );
  expectDtype(kernel, { points }, 'f32');
  return { wgsl: mapWgsl, inputs: [points, mask, null], H, W };
}
