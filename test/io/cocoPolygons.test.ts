import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeRle } from '../../src/io/coco/index.ts';
import { polygonMask } from '../../src/io/coco/polygon.ts';

/** Polygons with the encodings of their masks by pycocotools: tools/reference/coco.py. */
interface Golden {
  readonly size: readonly [number, number];
  readonly polygons: readonly (readonly number[])[];
  readonly counts: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/coco_polygons.json', import.meta.url), 'utf8'),
) as readonly Golden[];

describe('masks of polygons', () => {
  it.each(golden.map((one, i) => [i, one] as const))('are those of pycocotools: number %i', (_, one) => {
    const [height, width] = one.size;
    expect(encodeRle(polygonMask(one.polygons, { width, height }))).toEqual({ size: one.size, counts: one.counts });
  });

  it('need three corners of finite numbers', () => {
    const size = { width: 4, height: 4 };
    expect(() => polygonMask([[1, 1, 3, 3]], size)).toThrow(
      'A polygon has 4 numbers; expected x and y of three corners',
    );
    expect(() => polygonMask([[1, 1, 3, 3, 1, 2, 3]], size)).toThrow('A polygon has 7 numbers');
    expect(() => polygonMask([[1, 1, 3, 3, 1, NaN]], size)).toThrow('all of them finite');
  });
});
