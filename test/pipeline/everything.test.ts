import { describe, expect, it } from 'vitest';
import { cropsOf, cut, gridsOf, isCutOff, pointsOn } from '../../src/pipeline/everything/crops.ts';
import { everythingSettings } from '../../src/pipeline/everything/options.ts';
import { removeSmallRegions } from '../../src/pipeline/everything/regions.ts';
import { suppress } from '../../src/pipeline/everything/suppress.ts';
import { runnerOf } from '../../tools/parity/kinds.ts';
import { Fixture } from '../../tools/parity/fixture.ts';
import { bytesSource } from '../../weights/index.ts';
import { testDevice } from '../setup/evaluate.ts';
import { goldenBytes } from '../setup/goldenBytes.ts';

describe('all masks of a photo', () => {
  it.each([
    ['everything_a: batches of seven points', 'everything_a'],
    ['everything_b: with small regions removed', 'everything_b'],
  ])('equal those of the original: %s', async (_, name) => {
    const fixture = await Fixture.open(bytesSource(await goldenBytes(`${name}.safetensors`), name));
    await runnerOf('everything')(fixture, { device: await testDevice(), close: () => undefined });
    expect(fixture.lines.filter((line) => !line.ok)).toEqual([]);
    expect(fixture.forgotten).toEqual([]);
  });
});

describe('points and crops', () => {
  it('lie in the middle of equal cells, row by row', () => {
    const [grid] = gridsOf(everythingSettings({ pointsPerSide: 4 }));
    expect(grid.slice(0, 5)).toEqual([
      [0.125, 0.125],
      [0.375, 0.125],
      [0.625, 0.125],
      [0.875, 0.125],
      [0.125, 0.375],
    ]);
    expect(gridsOf(everythingSettings({ pointsPerSide: 1 }))).toEqual([[[0.5, 0.5]]]);
    expect(pointsOn([[0.5, 0.25]], [10, 20, 30, 60])).toEqual([{ x: 10, y: 10 }]);
  });

  it('have fewer points in each layer', () => {
    const settings = everythingSettings({ pointsPerSide: 32, cropNLayers: 2, cropNPointsDownscaleFactor: 3 });
    expect(gridsOf(settings).map((grid) => Math.sqrt(grid.length))).toEqual([32, 10, 3]);
  });

  it('overlap by a share of the shorter side', () => {
    const settings = everythingSettings({ cropNLayers: 2, cropOverlapRatio: 0.25 });
    const crops = cropsOf({ width: 100, height: 80 }, settings);
    expect(crops.map(({ layer }) => layer)).toEqual([0, ...Array<number>(4).fill(1), ...Array<number>(16).fill(2)]);
    expect(crops.slice(0, 4).map(({ box }) => box)).toEqual([
      [0, 0, 100, 80],
      [0, 0, 60, 50],
      [0, 30, 60, 80],
      [40, 0, 100, 50],
    ]);
    expect(crops.at(-1)!.box).toEqual([69, 54, 100, 80]);
  });

  it('are cut from the photo', () => {
    const words = Uint32Array.from({ length: 12 }, (_, i) => i);
    expect(cut({ width: 4, height: 3, words }, [1, 1, 3, 3])).toEqual({
      ...{ width: 2, height: 2, words: Uint32Array.of(5, 6, 9, 10) },
    });
  });

  it('boxes within 20 pixels of an inner edge may be cut off', () => {
    const photo = { width: 200, height: 100 };
    expect(isCutOff([30, 30, 79, 50], [0, 0, 100, 100], photo)).toBe(false);
    expect(isCutOff([30, 30, 80, 50], [0, 0, 100, 100], photo)).toBe(true);
    expect(isCutOff([0, 0, 70, 99], [0, 0, 100, 100], photo)).toBe(false); // only edges of the photo
    expect(isCutOff([20, 30, 79, 50], [100, 0, 200, 100], photo)).toBe(true);
  });
});

describe('masks that are alike', () => {
  it('the best stays; what it suppressed suppresses nothing', () => {
    const boxes = [
      [0, 0, 10, 10],
      [0, 0, 10, 8],
      [0, 0, 10, 6],
      [50, 50, 60, 60],
    ] as const;
    expect(suppress(boxes, [0.9, 0.8, 0.7, 0.95], 0.7)).toEqual([3, 0, 2]);
    expect(suppress(boxes, [0.5, 0.5, 0.5, 0.5], 0.7)).toEqual([0, 2, 3]); // equal scores: the earlier one
    expect(suppress(boxes, [0.9, 0.8, 0.7, 0.95], 0.81)).toEqual([3, 0, 1, 2]); // not above the limit
    expect(
      suppress(
        [
          [5, 5, 5, 9],
          [5, 5, 5, 9],
        ],
        [1, 0.5],
        0.7,
      ),
    ).toEqual([0, 1]); // without area
  });
});

describe('small regions', () => {
  const picture = (...rows: string[]) => Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0));
  const cleaned = (area: number, ...rows: string[]) => {
    const mask = picture(...rows);
    const changed = removeSmallRegions(mask, rows[0].length, area);
    return { changed, mask };
  };

  it('fills holes, and removes islands', () => {
    expect(cleaned(3, '####..', '#.##.#', '####..', '......')).toEqual({
      changed: true,
      mask: picture('####..', '####..', '####..', '......'),
    });
  });

  it('counts pixels that touch at a corner as one region', () => {
    const rows = ['#...', '.#..', '..#.', '....'];
    expect(cleaned(3, ...rows)).toEqual({ changed: false, mask: picture(...rows) });
  });

  it('keeps the largest island if all are small', () => {
    expect(cleaned(5, '##....', '......', '...###', '......').mask).toEqual(
      picture('......', '......', '...###', '......'),
    );
  });

  it('keeps, of islands of one size, that in the first block of 2 x 2 pixels, as OpenCV does', () => {
    expect(cleaned(5, '...#.', '#....', '.....', '....#').mask).toEqual(picture('.....', '#....', '.....', '.....'));
  });

  it('leaves an empty mask empty', () => {
    expect(cleaned(1, '....')).toEqual({ changed: false, mask: picture('....') });
  });
});

describe('options', () => {
  it('have the defaults of the original', () => {
    expect(everythingSettings({})).toEqual({
      pointsPerSide: 32,
      pointsPerBatch: 64,
      predIouThresh: 0.88,
      stabilityScoreThresh: 0.95,
      stabilityScoreOffset: 1,
      boxNmsThresh: 0.7,
      cropNLayers: 0,
      cropNmsThresh: 0.7,
      cropOverlapRatio: 512 / 1500,
      cropNPointsDownscaleFactor: 1,
      minMaskRegionArea: 0,
    });
  });

  it.each([
    [{ pointsPerSide: 0 }, 'pointsPerSide is 0. Give a whole number of at least 1.'],
    [{ predIouThresh: NaN }, 'predIouThresh is NaN. Give a number such as 0.88.'],
    [{ stabilityScoreThresh: 1.5 }, 'stabilityScoreThresh is 1.5. Give a number from 0 to 1.'],
    [{ cropNLayers: 9 }, 'cropNLayers is 9. Give a whole number from 0 to 8.'],
    [{ minArea: 3 }, 'there is no option minArea.'],
    [{ pointsPerSide: 4, pointGrids: [[[0.5, 0.5]]] }, 'there are both pointsPerSide and pointGrids.'],
    [{ pointGrids: [] }, 'pointGrids has 0 grids, cropNLayers is 0.'],
    [{ pointGrids: [[]] }, 'pointGrids[0] is empty.'],
    [{ pointGrids: [[[0.5, 2]]] }, 'pointGrids[0] has the point 0.5, 2.'],
    [{ pointsPerSide: 4, cropNLayers: 2, cropNPointsDownscaleFactor: 3 }, 'layer 2 has no point.'],
  ])('%j', (options, message) => {
    expect(() => everythingSettings(options as object)).toThrow(message);
  });
});
