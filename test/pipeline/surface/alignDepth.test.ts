import { describe, expect, it } from 'vitest';
import { alignDepth } from '../../../src/pipeline/surface/alignDepth.ts';
import type { Volume } from '../../../src/pipeline/surface/volume.ts';
import { ball, normalization, viewOf, type Shape } from './shells.ts';

const STEP = 0.05;

/** Distances to a shape, positive inside. */
function solidOf(shape: Shape): Volume {
  const counts = [60, 60, 60] as const;
  const at = (i: number): number => -1.5 + i * STEP;
  const values = Float32Array.from({ length: 60 ** 3 }, (_, i) => {
    return -shape(at(Math.floor(i / 3600)), at(Math.floor(i / 60) % 60), at(i % 60));
  });
  return { counts, origin: [at(0), at(0), at(0)], steps: [STEP, STEP, STEP], values };
}

const solid = solidOf(ball(0.8));
/** Larger than what interpolation between voxels adds: a square of the step by an eighth of the curvature, along each axis. */
const CLOSE = 0.005;

for (const finer of [1, 8]) {
  describe(`alignDepth in a photo of ${finer * 120} pixels`, () => {
    const view = viewOf(ball(0.8), finer);
    const middle = finer * 60 * view.width + finer * 60;
    const truth = view.meters[middle] / normalization.scale;

    /** Depth at a pixel in the object's frame, after a change of the true depth. */
    function alignedAt(pixel: number, change: (meters: number, pixel: number) => number): number {
      const { meters } = alignDepth(solid, { ...view, meters: view.meters.map(change) }, normalization);
      return meters[pixel] / normalization.scale;
    }

    it('leaves a depth where the surface is', () => {
      expect(Math.abs(alignedAt(middle, (z) => z) - truth)).toBeLessThan(CLOSE);
    });

    for (const error of [-0.4, -0.12, 0.12, 0.4]) {
      it(`takes away an error of ${error}`, () => {
        const aligned = alignedAt(middle, (z) => z + error * normalization.scale);
        expect(Math.abs(aligned - truth)).toBeLessThan(CLOSE);
      });
    }

    it('keeps details', () => {
      const bump = 0.04;
      const aligned = alignedAt(middle, (z, pixel) => z + (pixel === middle ? bump * normalization.scale : 0));
      expect(aligned - alignedAt(middle, (z) => z)).toBeGreaterThan(0.9 * bump);
    });

    it('changes nothing far from the surface, and keeps what is unknown', () => {
      const far = (z: number) => z + 3 * normalization.scale;
      expect(alignedAt(middle, far)).toBeCloseTo(truth + 3, 5);
      expect(alignedAt(middle, () => NaN)).toBeNaN();
    });
  });
}

describe('alignDepth where rays pass along a side', () => {
  it('stays at the front of it, and does not move into the middle of the wall', () => {
    // A tube that points at the camera: rays near its border run within its wall.
    const radius = 0.6;
    const tube: Shape = (x, y, z) => Math.max(Math.hypot(x, y) - radius, Math.abs(z) - 0.8);
    const view = viewOf(tube);
    const { meters } = alignDepth(solidOf(tube), view, normalization);
    const front = 4 - 0.8;
    const border = Array.from(meters.keys()).filter((p) => view.mask[p] && view.meters[p] / 2 < front + 0.01);
    for (const pixel of border) expect(Math.abs(meters[pixel] / normalization.scale - front)).toBeLessThan(0.05);
  });
});
