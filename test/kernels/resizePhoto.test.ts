import { describe, expect, it } from 'vitest';
import { photoToRgb } from '../../src/graph/ops/image.ts';
import { resizePhoto } from '../../src/pipeline/zoeDepth/ops.ts';
import { reflectPad } from '../../src/graph/ops/movement.ts';
import { resize } from '../../src/graph/ops/resize.ts';
import { Graph } from '../../src/graph/record.ts';
import { resizePhoto as kernel } from '../../src/kernels/resizePhoto/resizePhoto.ts';
import { resizePhotoCases } from '../cases/resizePhoto.ts';
import { resizePhotoChecks } from '../checks/photos.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

describe('resizePhoto', () => {
  itPasses(resizePhotoChecks);

  for (const { from, margins, to } of resizePhotoCases) {
    it(`is padding and resizing: [${from}] continued by [${margins}] to [${to}]`, async () => {
      const [H, W] = from;
      const [top, left] = margins;
      const words = Uint32Array.from(noise(H * W, 5), (v) => Math.floor((v + 1) * 2 ** 31));
      const { y, whole } = await evaluate((s) => {
        const photo = s.input(words, [H, W]);
        const padded = reflectPad(photoToRgb(photo, 255), { top, bottom: top, left, right: left });
        return {
          y: resizePhoto(photo, to, { top, left }),
          whole: resize(padded, to, { mode: 'bilinear', alignCorners: true }),
        };
      });
      // Four products and three sums of values of at most 1, and the rounding of a byte / 255.
      expectClose(y, whole, 8 * EPS);
    });
  }

  it('says what does not fit', () => {
    const g = new Graph();
    const photo = g.input('photo', [4, 5], 'u32');
    expect(() => resizePhoto(photo, [8, 8], { top: 4, left: 0 })).toThrow(/each must be smaller than its side/);
    const [rows, wide, table] = [g.input('r', [8, 4], 'u32'), g.input('w', [8, 8], 'u32'), g.input('t', [256])];
    expect(() => kernel(photo, rows, wide, table)).toThrow(/columns \[8, 8\]; expected bilinear taps/);
    expect(() => kernel(photo, rows, rows, g.input('t3', [3, 256]))).toThrow(/table is \[3, 256\], expected \[256\]/);
    expect(() => kernel(g.input('f', [4, 5]), rows, rows, table)).toThrow(/photo is f32, expected u32/);
  });
});
