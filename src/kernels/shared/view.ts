/** Views: the cameras of kernels that draw, and the parameters that describe one to WGSL. */
import { expect, show } from '../check.ts';
import type { Uniform } from '../dispatch.ts';

/** Width and height of a picture in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A camera, and the rectangle of the picture that shows its view. */
export interface View {
  /** In pixels of the picture; right and bottom are exclusive. */
  readonly rect: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /**
   * Column-major 4 x 4 matrix to the camera's frame: x right, y up, z towards the viewer. For pictures without light it
   * may shear and stretch x and y, too.
   */
  readonly matrix: ArrayLike<number>;
  /** Focal length in pixels. The optical axis meets the middle of the rectangle. */
  readonly focal: number;
  /** What lies between these depths is shown. */
  readonly near: number;
  readonly far: number;
}

/**
 * Fields of `struct Params` that all kernels with views have: width of the picture, rect, rows of the matrix (right, up,
 * back), center (where the optical axis meets the picture), focal and near.
 * @throws ShapeError if the view leaves the picture or shows nothing
 */
export function viewParams(
  kernel: string,
  { rect, matrix, focal, near, far }: View,
  size: PictureSize,
): Record<string, Uniform> {
  const { left, top, right, bottom } = rect;
  expect(
    left >= 0 && top >= 0 && left < right && top < bottom && right <= size.width && bottom <= size.height,
    kernel,
    `the view ${show([left, top, right, bottom])} does not lie in a picture of ${size.width} x ${size.height}.`,
  );
  expect(near > 0 && far > near, kernel, `depths from ${near} to ${far} show nothing; near < far, both positive.`);
  const row = (i: number) => [0, 1, 2, 3].map((column) => matrix[4 * column + i]);
  return {
    width: size.width,
    rect: [left, top, right, bottom],
    right: row(0),
    up: row(1),
    back: row(2),
    center: [(left + right) / 2, (top + bottom) / 2],
    focal,
    near,
  };
}
