/**
 * Pictures of colored points: splats that blend into surfaces, by the two passes of surface splatting
 * (Zwicker et al., Surface Splatting, SIGGRAPH 2001, section 6), with screen-space light.
 */
import { expect, expectDtype, expectShape } from '../check.ts';
import { operand, type Dispatch, type Operand, type Uniform } from '../dispatch.ts';
import { fill } from '../fill/fill.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import sceneWgsl from '../shared/scene.wgsl';
import { type PictureSize, type View, viewParams } from '../shared/view.ts';
import resolveWgsl from './renderPoints.resolve.wgsl';
import shadeWgsl from './renderPoints.shade.wgsl';
import smoothWgsl from './renderPoints.smooth.wgsl';
import splatWgsl from './renderPoints.splat.wgsl';
import viewWgsl from './view.wgsl';

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
  size: PictureSize,
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
    const params = splatParams(n, view, size, radius);
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
        wgsl: [viewWgsl, sceneWgsl, shadeWgsl],
        inputs: [surfaces[SMOOTHING.length % 2], sums],
        outputs: [picture],
        flops: 600 * area,
      },
    );
  }
  return steps;
}

/** Fields of `struct Params` in view.wgsl. */
function splatParams(n: number, view: View, size: PictureSize, radius: number): Record<string, Uniform> {
  const range = view.far - view.near;
  return {
    ...viewParams('renderPoints', view, size),
    n,
    radius,
    range,
    band: Math.max(1, Math.round(((BAND * radius) / range) * 0x7fffff)),
  };
}
