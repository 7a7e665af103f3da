import { describe, expect, it } from 'vitest';
import { alignDepth } from '../../../src/pipeline/surface/alignDepth.ts';
import { shellOf } from '../../../src/pipeline/surface/volume.ts';
import { ball, normalization, shellField, viewOf } from './shells.ts';

const { volume } = shellOf(shellField(ball(0.8)), 0)!;
const view = viewOf(ball(0.8));
const middle = 60 * view.width + 60;

/** Depth at a pixel in the object's frame, after a change of the true depth. */
function alignedAt(pixel: number, change: (meters: number, pixel: number) => number): number {
  const { meters } = alignDepth(volume, 0, { ...view, meters: view.meters.map(change) }, normalization);
  return meters[pixel] / normalization.scale;
}

const truth = view.meters[middle] / normalization.scale;

describe('alignDepth', () => {
  it('leaves a depth where the network is sure of it', () => {
    expect(Math.abs(alignedAt(middle, (z) => z) - truth)).toBeLessThan(0.015);
  });

  for (const error of [-0.12, 0.12]) {
    it(`takes away most of an error of ${error}`, () => {
      const aligned = alignedAt(middle, (z) => z + error * normalization.scale);
      // One stride of the search: shifts are shortened by half of it, and places are rounded to voxels of about its length.
      expect(Math.abs(aligned - truth)).toBeLessThan(0.05);
    });
  }

  it('keeps details', () => {
    const bump = 0.04;
    const aligned = alignedAt(middle, (z, pixel) => z + (pixel === middle ? bump * normalization.scale : 0));
    expect(aligned - alignedAt(middle, (z) => z)).toBeGreaterThan(0.8 * bump);
  });

  it('changes nothing far from the shell, and keeps what is unknown', () => {
    const far = (z: number) => z + 3 * normalization.scale;
    expect(alignedAt(middle, far)).toBeCloseTo(truth + 3, 5);
    expect(alignedAt(middle, () => NaN)).toBeNaN();
  });
});
