import { describe, expect, it } from 'vitest';
import { photoToRgb } from '../../src/graph/ops/image.ts';
import { samNormalize } from '../../src/pipeline/sam/ops.ts';
import { affine, div, sub } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { channelsLast } from '../setup/channelsLast.ts';
import { photoChecks } from '../checks/photos.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose } from '../setup/numbers.ts';
import { words } from '../setup/photos.ts';

describe('photo', () => {
  itPasses(photoChecks);

  it('agrees with the three networks', async () => {
    const fixture = await golden('ops/pixels');
    const find = (op: string) => fixture.cases.findIndex((c) => c.op === op);
    const [sam, mcc, zoe] = ['samPreprocess', 'mccNormalise', 'zoeNormalise'].map(find);
    const target = fixture.cases[sam].target as number;
    const size = (i: number): [number, number] => [
      fixture.tensor(`${i}.x`).shape[0],
      fixture.tensor(`${i}.x`).shape[1],
    ];
    const run = await evaluate((s) => {
      const photo = (i: number) => s.input(words(fixture.u32(`${i}.x`)), size(i));
      const imagenet = (values: number[]) => s.input(Float32Array.from(values), [3]);
      const centered = sub(photoToRgb(photo(mcc), 255), imagenet([0.485, 0.456, 0.406]));
      return {
        sam: samNormalize(photo(sam), target),
        mcc: div(centered, imagenet([0.229, 0.224, 0.225])),
        zoe: affine(photoToRgb(photo(zoe), 255), 2, -1),
      };
    });
    const expected = (i: number) => channelsLast(fixture.f32(`${i}.y`), fixture.tensor(`${i}.y`).shape);
    expect(run.sam).toEqual(expected(sam));
    expect(run.zoe).toEqual(expected(zoe));
    // WGSL's division may be off by 2.5 units in the last place.
    expectClose(run.mcc, expected(mcc), 6 * EPS);
  });

  it('says what does not fit', () => {
    const photo = new Graph().input('photo', [8, 4], 'u32');
    expect(() => samNormalize(photo, 7)).toThrow(/a photo of \[8, 4\] does not fit into 7 x 7; resize it first/);
  });
});
