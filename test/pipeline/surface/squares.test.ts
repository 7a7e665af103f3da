import { describe, expect, it } from 'vitest';
import { squareSums } from '../../../src/pipeline/surface/squares.ts';

describe('squareSums', () => {
  for (const reach of [0, 1, 3, 9]) {
    it(`sums ${2 * reach + 1} x ${2 * reach + 1} pixels, fewer at the border`, () => {
      const [width, height] = [7, 5];
      const values = Float32Array.from({ length: width * height }, (_, i) => (i * i) % 11);
      const expected = Array.from(values.keys(), (i) => {
        const [x, y] = [i % width, Math.floor(i / width)];
        const isNear = (k: number): boolean =>
          Math.abs((k % width) - x) <= reach && Math.abs(Math.floor(k / width) - y) <= reach;
        return values.reduce((sum, value, k) => sum + (isNear(k) ? value : 0), 0);
      });
      expect(Array.from(squareSums(values, width, height, reach))).toEqual(expected);
    });
  }
});
