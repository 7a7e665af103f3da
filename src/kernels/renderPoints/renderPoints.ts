/**
 * Pictures of colored points: splats that blend into surfaces, by the two passes of surface splatting
 * (Zwicker et al., Surface Splatting, SIGGRAPH 2001, section 6), with screen-space light.
 */
import { expect, expectDtype, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand, type Uniform } from '../dispatch.ts';
import { fill } from '../fill/fill.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import resolveWgsl from './renderPoints.resolve.wgsl';
import shadeWgsl from './renderPoints.shade.wgsl';
import smoothWgsl from './renderPoints.smooth.wgsl';
import splatWgsl from './renderPoints.splat.wgsl';
import viewWgsl from './view.wgsl';

/** A camera, and the rectangle of the picture that shows its view. */
export interface View {
  /** In pixels of the picture; right and bottom are exclusive. */
  readonly rect: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  /** Column-major 4 x 4 matrix to the camera's frame: x right, y up, z towards the viewer. */
  readonly matrix: ArrayLike<number>;
  /** Focal length in pixels. The optical axis meets the middle of the rectangle. */
  readonly focal: number;
  /** Points between these depths are shown. */
  readonly near: number;
  readonly far: number;
}

/** Splats up to this many radii behind the nearest one belong to the same surface. */
export const BAND = 1.6;
/** Radius of each smoothing pass over the depth, in radii of a splat. */
export const SMOOTHING: readonly number[] = [2.4, 1.2];

/**
 * points [n, 3] f32 · colors [n] u32 (RGBA8 words, r in the low byte) -> picture [height, width] u32, RGBA8 words.
 * The views must cover the picture: pixels outside all views are undefined.
 * @param radius of a splat, in the points' unit; a little less than the distance of neighbors gives a closed surface
 * @throws ShapeError if shapes or types differ from these, or a view leaves the picture
 */
export function renderPoints(
  points: Operand,
  colors: Operand,
  size: { readonly width: number; readonly height: number },
  radius: number,
  views: readonly View[],
): Dispatch[] {
  const n = points.shape[0];
  expectShape('renderPoints', { points }, [n, 3]);
  expectShape('renderPoints', { colors }, [n]);
  expectDtype('renderPoints', { points }, 'f32');
  expectDtype('renderPoints', { colors }, 'u32');
  expect(radius > 0, 'renderPoints', `the radius of splats is ${radius}; it must be positive.`);
  const pixels = size.width * size.height;
  const nearest = operand([pixels], 'u32');
  const sums = operand([pixels, 5], 'u32');
  const surfaces = [operand([pixels, 4]), operand([pixels, 4])];
  const picture = operand([size.height, size.width], 'u32');
  const steps: Dispatch[] = [fill(nearest, 0xffffffff), fill(sums, 0)];
  for (const view of views) {
    const params = viewParams(view, n, size, radius);
    const { left, top, right, bottom } = view.rect;
    const tiles = [ceilDiv(right - left, 8), ceilDiv(bottom - top, 8), 1] as const;
    const area = (right - left) * (bottom - top);
    const splat = {
      kernel: 'renderPoints',
      wgsl: [gridWgsl, viewWgsl, splatWgsl],
      params,
      inputs: [points, colors],
      workgroups: splitGrid(ceilDiv(n, 64)),
      flops: 4000 * n,
    };
    const perPixel = { kernel: 'renderPoints', params, workgroups: tiles };
    steps.push(
      { ...splat, constants: { blend: 0 }, outputs: [nearest, sums] },
      { ...splat, constants: { blend: 1 }, outputs: [nearest, sums] },
      { ...perPixel, wgsl: [viewWgsl, resolveWgsl], inputs: [nearest, sums], outputs: [surfaces[0]], flops: 20 * area },
      ...SMOOTHING.map((spread, i) => ({
        ...perPixel,
        wgsl: [viewWgsl, smoothWgsl],
        constants: { spread },
        inputs: [surfaces[i % 2]],
        outputs: [surfaces[1 - (i % 2)]],
        flops: 800 * area,
      })),
      {
        ...perPixel,
        wgsl: [viewWgsl, shadeWgsl],
        inputs: [surfaces[SMOOTHING.length % 2], sums],
        outputs: [picture],
        flops: 600 * area,
      },
    );
  }
  return steps;
}

function viewParams(
  { rect, matrix, focal, near, far }: View,
  n: number,
  size: { readonly width: number; readonly height: number },
  radius: number,
): Record<string, Uniform> {
  const { left, top, right, bottom } = rect;
  expect(
    left >= 0 && top >= 0 && left < right && top < bottom && right <= size.width && bottom <= size.height,
    'renderPoints',
    `the view ${show([left, top, right, bottom])} does not lie in a picture of ${size.width} x ${size.height}.`,
  );
  expect(
    near > 0 && far > near,
    'renderPoints',
    `depths from ${near} to ${far} show nothing; near < far, both positive.`,
  );
  const row = (i: number) => [0, 1, 2, 3].map((column) => matrix[4 * column + i]);
  return {
    n,
    width: size.width,
    rect: [left, top, right, bottom],
    right: row(0),
    up: row(1),
    back: row(2),
    center: [(left + right) / 2, (top + bottom) / 2],
    focal,
    radius,
    near,
    range: far - near,
    band: Math.max(1, Math.round(((BAND * radius) / (far - near)) * 0x7fffff)),
  };
}
