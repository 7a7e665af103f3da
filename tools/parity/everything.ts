/** Fixtures of kind `everything`: all masks of a photo. Set and order, boxes, scores and masks are compared. */
import { sharedFor } from '../../src/graph/shared.ts';
import { decodeRle } from '../../src/io/coco/index.ts';
import { findEverything } from '../../src/pipeline/everything/everything.ts';
import type { FoundMask } from '../../src/pipeline/everything/foundMask.ts';
import type { EverythingOptions } from '../../src/pipeline/everything/options.ts';
import { boxOf, maskOf } from '../../src/pipeline/maskRuns.ts';
import type { SamConfig } from '../../src/pipeline/sam/config.ts';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { Sam } from '../../src/pipeline/sam/sam.ts';
import { scene, syntheticSource, type WeightSource } from '../../weights/index.ts';
import type { Fixture } from './fixture.ts';
import { toWords } from './layout.ts';
import type { Session } from './session.ts';

export async function compareEverything(fixture: Fixture, session: Session, weights?: WeightSource): Promise<void> {
  const config = fixture.meta<SamConfig>('config');
  const { seed, height, width } = fixture.meta<{ seed: number; height: number; width: number }>('image');
  const rgb = { shape: [height, width, 3], data: scene.image(seed, height, width) };
  const photo = { width, height, words: toWords(rgb) };
  const shared = sharedFor(session.device, weights ?? syntheticSource(samModule.specs(config), fixture.seed));
  const segmenter = new Sam(shared, config);
  const embedding = await segmenter.encode(photo);
  try {
    const tools = { segmenter, embedding, encode: (crop: typeof photo) => segmenter.encode(crop) };
    const found = await findEverything(tools, photo, fixture.meta<EverythingOptions>('options'));
    compareFound(fixture, found, [height, width]);
  } finally {
    embedding.release();
    await segmenter.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  }
}

function compareFound(fixture: Fixture, found: readonly FoundMask[], size: readonly [number, number]): void {
  const n = found.length;
  const flat = (of: (one: FoundMask) => readonly number[]) => found.flatMap((one) => [...of(one)]);
  // Which points found them, in which crops, and in which order.
  fixture.compare('points', { shape: [n, 2], data: flat(({ point }) => [point.x, point.y]) }, { relative: 2 ** -24 });
  fixture.compare('crops', { shape: [n, 4], data: flat(({ crop }) => crop) });
  fixture.compare('quality', { shape: [n], data: found.map(({ quality }) => quality) });

  // By pycocotools.
  const segmentations = fixture.meta<string[]>('segmentations');
  const undecided = fixture.input('undecided').data;
  const differing = found.map(({ mask }, i) => {
    const expected = maskOf(decodeRle({ size, counts: segmentations[i] }));
    return maskOf(mask).reduce((sum, value, k) => sum + (value === expected[k] ? 0 : 1), 0);
  });
  fixture.note(
    'differing pixels',
    differing.map((count, i) => Math.max(0, count - undecided[3 * i])),
    zeros(n),
    0,
  );
  // Where no pixel differs, boxes and areas are those of the fixture; elsewhere they are those of the mask that was found.
  const boxes = fixture.peek('boxes').data;
  const areas = fixture.peek('areas').data;
  const box = (one: FoundMask, i: number) => {
    const own = boxOf(one.mask).every((value, k) => value === one.box[k]);
    return differing[i] > 0 && own ? Array.from({ length: 4 }, (_, k) => boxes[4 * i + k]) : one.box;
  };
  const near = differing.some((count) => count > 0)
    ? `${differing.reduce((a, b) => a + b)} undecided pixels differ`
    : '';
  fixture.compare('boxes', { shape: [n, 4], data: found.flatMap((one, i) => [...box(one, i)]) }, {}, near);
  const area = (one: FoundMask, i: number) => (Math.abs(one.area - areas[i]) <= differing[i] ? areas[i] : one.area);
  fixture.compare('areas', { shape: [n], data: found.map(area) }, {}, near);

  // A pixel near a limit of the logits changes one of the two numbers whose quotient is the stability.
  const stability = fixture.input('stability').data;
  const slack = (i: number) => (undecided[3 * i + 1] + undecided[3 * i + 2]) / Math.max(1, areas[i]) + 2 ** -23;
  const errors = found.map((one, i) => Math.max(0, Math.abs(one.stability - stability[i]) - slack(i)));
  fixture.note('stability', errors, zeros(stability.length), 0);
}

const zeros = (n: number): number[] => new Array<number>(n).fill(0);
