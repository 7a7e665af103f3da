import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CocoError, decodeCocoResults, decodeRle, encodeCocoResults, encodeRle } from '../../src/io/coco/index.ts';
import type { FoundMask } from '../../src/pipeline/everything/foundMask.ts';
import { areaOf, maskOf, runsOf } from '../../src/pipeline/maskRuns.ts';

/** Masks and their encodings by pycocotools: tools/reference/coco.py. */
interface Golden {
  readonly size: [number, number];
  readonly counts: string;
  /** For each row, or for all rows, the columns where it changes. */
  readonly rows: readonly (readonly number[])[];
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/coco_rle.json', import.meta.url), 'utf8'),
) as readonly Golden[];

function pixelsOf({ size: [height, width], rows }: Golden): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const changes = [...rows[y % rows.length], width];
    for (let i = 0; i + 1 < changes.length; i += 2) mask.fill(1, y * width + changes[i], y * width + changes[i + 1]);
  }
  return mask;
}

describe('masks in the encoding of COCO', () => {
  it.each(golden)('are those of pycocotools: $size', (one) => {
    const [height, width] = one.size;
    const pixels = pixelsOf(one);
    const runs = runsOf(pixels, { width, height });
    expect(encodeRle(runs)).toEqual({ size: one.size, counts: one.counts });
    expect(decodeRle(one)).toEqual(runs);
    // A comparison value by value would take a minute for the largest mask.
    expect(Buffer.compare(maskOf(decodeRle(one)), pixels)).toBe(0);
    expect(areaOf(runs)).toBe(pixels.reduce((sum, v) => sum + v, 0));
  });

  it('are read uncompressed, also with empty runs', () => {
    const runs = decodeRle({ size: [2, 4], counts: [0, 2, 0, 1, 3, 0, 2, 0] });
    expect([...runs.runs]).toEqual([0, 3, 5]);
    expect(decodeRle({ size: [2, 2], counts: [4] }).runs).toEqual(Uint32Array.of(4));
  });

  it('say what is damaged', () => {
    const of = (counts: string | number[]) => () => decodeRle({ size: [2, 2], counts });
    expect(of([1, 2])).toThrow(CocoError);
    expect(of([1, 2])).toThrow(/cover 3 pixels, its size is 2 x 2: they must cover 4/);
    expect(of([5, -1])).toThrow(/-1 pixels long; expected a whole number/);
    expect(of('1~')).toThrow(/has the character "~" at position 1/);
    expect(of('P')).toThrow(/the string ends at position 1/);
  });
});

describe('a file of results', () => {
  const mask = runsOf([0, 1, 1, 0, 1, 1, 0, 0, 0], { width: 3, height: 3 });
  const found: FoundMask = {
    ...{
      mask,
      area: 4,
      box: [1, 0, 2, 1],
      quality: 0.9,
      stability: 0.97,
      point: { x: 1.5, y: 0.5 },
      crop: [0, 0, 3, 3],
    },
  };

  it('has the fields of SAM’s mask generator, and gives back its masks', () => {
    const text = encodeCocoResults([found, found]);
    expect(JSON.parse(text)).toMatchObject([
      {
        id: 1,
        segmentation: { size: [3, 3], counts: encodeRle(mask).counts },
        area: 4,
        bbox: [1, 0, 1, 1],
        predicted_iou: 0.9,
        point_coords: [[1.5, 0.5]],
        stability_score: 0.97,
        crop_box: [0, 0, 3, 3],
      },
      { id: 2 },
    ]);
    expect(decodeCocoResults(text)).toEqual([
      { id: 1, mask },
      { id: 2, mask },
    ]);
    expect(decodeCocoResults(encodeCocoResults([]))).toEqual([]);
  });

  it('says which mask is damaged', () => {
    expect(() => decodeCocoResults('[{')).toThrow(/This is not JSON: /);
    expect(() => decodeCocoResults('{}')).toThrow(/This is no list of masks/);
    expect(() => decodeCocoResults('[3]')).toThrow(/Mask 1 of the list has no "segmentation"/);
    const second = JSON.stringify([{ segmentation: encodeRle(mask) }, { segmentation: { size: [3, 3], counts: '1' } }]);
    expect(() => decodeCocoResults(second)).toThrow(/Mask 2 of the list is damaged. The runs of a mask cover 1 pixels/);
  });
});
