import { describe, expect, it } from 'vitest';
import { decodeStored, storedMasks } from '../../src/io/coco/index.ts';
import { maskOf } from '../../src/pipeline/maskRuns.ts';

const photo = { width: 3, height: 2 };
const runs = { size: [2, 3], counts: [2, 2, 2] };
const square = [1, 0, 2, 0, 2, 2, 1, 2];
const middle = [0, 1, 0, 0, 1, 0];

const pixels = (text: unknown, name?: string) =>
  storedMasks(JSON.stringify(text), name).map((mask) => [mask.id, [...maskOf(decodeStored(mask, photo))]]);

describe('masks of a JSON file', () => {
  it('are those of a list', () => {
    expect(pixels([{ segmentation: runs }, { id: 7, segmentation: { size: [2, 3], counts: '222' } }])).toEqual([
      [1, middle],
      [7, middle],
    ]);
  });

  it('are those of SA-1B', () => {
    const file = { image: { file_name: 'sa_1.jpg' }, annotations: [{ id: 531, segmentation: runs }] };
    expect(pixels(file)).toEqual([[531, middle]]);
  });

  it('are those of the photo in a data set of COCO, as runs and as polygons', () => {
    const file = {
      images: [
        { id: 1, file_name: 'val/a.jpg', width: 3, height: 2 },
        { id: 2, file_name: 'val/b.jpg', width: 3, height: 2 },
      ],
      annotations: [
        { id: 10, image_id: 1, segmentation: [square] },
        { id: 11, image_id: 2, segmentation: runs },
        { id: 12, image_id: 1, segmentation: runs, iscrowd: 1 },
      ],
    };
    expect(pixels(file, 'a')).toEqual([
      [10, middle],
      [12, middle],
    ]);
    expect(pixels(file, 'b')).toEqual([[11, middle]]);
    expect(() => pixels(file, 'c')).toThrow('Of its 2 images none have the photo’s name, c.');
    const single = { ...file, images: file.images.slice(0, 1) };
    expect(pixels(single, 'renamed')).toHaveLength(2);
  });

  it('have the photo’s size where polygons come without one', () => {
    expect(pixels([{ segmentation: [square] }])).toEqual([[1, middle]]);
  });

  it('are missed with a word on what is wrong', () => {
    expect(() => storedMasks('{', 'a')).toThrow(/This is not JSON: /);
    expect(() => pixels({ images: [] })).toThrow('It holds no masks');
    expect(() => pixels([{ segmentation: [] }])).toThrow('Mask 1 of the file has no "segmentation"');
    expect(() => pixels([{ id: 3, segmentation: { size: [2, 3], counts: [5] } }])).toThrow(/^Mask 3 is damaged\. /);
  });
});
