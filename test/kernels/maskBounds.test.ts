import { describe, expect, it } from 'vitest';
import { maskBounds } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { maskBoundsRef } from '../../src/kernels/maskBounds/maskBounds.ref.ts';
import { evaluate } from '../setup/evaluate.ts';

const run = async (mask: Uint32Array, H: number, W: number) =>
  (await evaluate((s) => ({ y: maskBounds(s.input(mask, [H, W])) }))).y;

describe('maskBounds', () => {
  for (const [H, W] of [
    [1, 1],
    [7, 9],
    [130, 67],
    [240, 320],
  ]) {
    it(`[${H}, ${W}]: an ellipse, a pixel, nothing`, async () => {
      const ellipse = Uint32Array.from({ length: H * W }, (_, i) => {
        const [x, y] = [((i % W) - 0.55 * W) / (0.3 * W), (Math.floor(i / W) - 0.45 * H) / (0.33 * H)];
        return x * x + y * y <= 1 ? 1 : 0;
      });
      const pixel = new Uint32Array(H * W);
      pixel[H * W - 1] = 255;
      for (const mask of [ellipse, pixel, new Uint32Array(H * W), new Uint32Array(H * W).fill(1)]) {
        expect(await run(mask, H, W)).toEqual(maskBoundsRef(mask, W));
      }
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    expect(() => maskBounds(g.input('m', [9], 'u32'))).toThrow(/maskBounds: mask is \[9\], expected 2 axes/);
    expect(() => maskBounds(g.input('f', [3, 3]))).toThrow(/maskBounds: mask is f32, expected u32/);
  });
});
