/** Results with weights and activations stored as halves, against f32: the tiny weights on a scene whose truth is known. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine, maskOf, type NodeEngine } from '../../src/node.ts';
import { encoderGraph as mccEncoder, queryGraph } from '../../src/pipeline/mcc/graphs.ts';
import type { MccConfig } from '../../src/pipeline/mcc/config.ts';
import type { SamConfig } from '../../src/pipeline/sam/config.ts';
import { encoderGraph, promptGraph } from '../../src/pipeline/sam/graphs.ts';
import type { ZoeConfig } from '../../src/pipeline/zoeDepth/config.ts';
import { passGraph } from '../../src/pipeline/zoeDepth/graphs.ts';
import { readScene } from '../../tools/eval/scene.ts';
import tiny from '../../weights/tiny/config.json' with { type: 'json' };
import { halfStores, largeTarget } from '../setup/halfGraphs.ts';

const sam = tiny.sam as unknown as SamConfig;
const zoe = tiny.zoe as unknown as ZoeConfig;
const mcc = tiny.mcc as unknown as MccConfig;
const precision = 'f16';

/** A store is off by up to 2^-11 of the number and by about a quarter of it on average; errors add like a random walk. */
const bound = (stores: number): number => 2 ** -12 * Math.sqrt(stores);

const rms = (x: ArrayLike<number>): number => Math.sqrt(Array.from(x).reduce((sum, v) => sum + v * v, 0) / x.length);
const largest = (x: ArrayLike<number>): number => Array.from(x).reduce((found, v) => Math.max(found, Math.abs(v)), 0);
const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a, (v, i) => v - b[i]);

/** Intersection over union of two sets. */
const overlap = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number => {
  const both = [...a].filter((v) => b.has(v)).length;
  return both / (a.size + b.size - both);
};

const scene = await readScene(join(import.meta.dirname, '../scenes/1000016'));

/** The limits let more of a photo pass than the tiny network finds in it by default. */
const search = { pointsPerSide: 12, predIouThresh: 0.4, stabilityScoreThresh: 0.4 } as const;

const pixelsOf = (mask: ArrayLike<number>): ReadonlySet<number> =>
  new Set(Array.from(mask).flatMap((inside, i) => (inside ? [i] : [])));

/** Masks, depth and object of the scene. Each network is judged alone: objects are made from the same visible part. */
async function answersOf(engine: NodeEngine, given?: { readonly seen: Parameters<typeof complete>[1] }) {
  const session = await engine.open(scene.photo);
  const [{ mask, lowRes }] = (await session.segment({ box: scene.box })).candidates;
  const everything = await session.everything(search);
  const depth = await session.depth();
  const seen = given?.seen ?? (await session.points(scene.mask, depth));
  const object = await complete(session, seen);
  session.close();
  engine.dispose();
  return { mask, lowRes, everything, meters: depth.meters, seen, object };
}

type Session = Awaited<ReturnType<NodeEngine['open']>>;
const complete = (session: Session, seen: Awaited<ReturnType<Session['points']>>) =>
  session.complete(seen, { granularity: 0.25, sweep: 'full' });

type Answers = Awaited<ReturnType<typeof answersOf>>;

let single: Answers;
let half: Answers;
// Most of the time is the first compilation of the kernels, which software drivers cache.
beforeAll(async () => {
  single = await answersOf(await createEngine());
  half = await answersOf(await createEngine({ precision }), single);
}, 600_000);

/** Stores on the way through SAM's encoder and decoder with so many tokens of prompt points. */
const samStores = (count: number): number =>
  halfStores(encoderGraph({ config: sam, precision })) +
  halfStores(promptGraph({ config: sam, precision, batch: 1, count, hasMask: false }));

describe('halves give the results of f32', () => {
  it('a mask', () => {
    const stores = samStores(2);
    const error = difference(half.lowRes, single.lowRes);
    if (process.env.UNFLAT_SHOW) console.log('mask', stores, rms(error) / rms(single.lowRes), largest(error));
    expect(rms(error) / rms(single.lowRes)).toBeLessThan(bound(stores));
    const [pixels, expected] = [half, single].map(({ mask }) => pixelsOf(mask));
    expect(expected.size).toBeGreaterThan(1000);
    expect(overlap(pixels, expected)).toBeGreaterThan(0.99);
    expect(error.some((v) => v !== 0)).toBe(true); // halves were stored
  });

  it('the same set of masks, found by the same points', () => {
    const byPoint = ({ everything }: Answers) =>
      everything.toSorted((a, b) => a.point.y - b.point.y || a.point.x - b.point.x || a.area - b.area);
    const [found, expected] = [half, single].map(byPoint);
    expect(expected.length).toBeGreaterThan(8);
    expect(found.map(({ point }) => point)).toEqual(expected.map(({ point }) => point));
    const overlaps = found.map(({ mask }, i) => overlap(pixelsOf(maskOf(mask)), pixelsOf(maskOf(expected[i].mask))));
    expect(Math.min(...overlaps)).toBeGreaterThan(0.99);
    const [quality, right] = [found, expected].map((masks) => masks.map((mask) => mask.quality));
    const error = difference(quality, right);
    if (process.env.UNFLAT_SHOW)
      console.log('everything', samStores(1), found.length, Math.min(...overlaps), rms(error) / rms(right));
    expect(rms(error) / rms(right)).toBeLessThan(bound(samStores(1)));
    expect(error.some((v) => v !== 0)).toBe(true);
  });

  it('depth', () => {
    const { height, width } = scene.photo;
    const shape = { config: zoe, precision, height, width, pad: true, maxBytes: largeTarget.maxBindingBytes } as const;
    const stores = halfStores(passGraph(shape));
    const error = difference(half.meters, single.meters).map((v, i) => v / single.meters[i]);
    if (process.env.UNFLAT_SHOW) console.log('depth', stores, rms(error), largest(error));
    expect(rms(error)).toBeLessThan(bound(stores));
    expect(largest(error)).toBeLessThan(8 * bound(stores));
    expect(error.some((v) => v !== 0)).toBe(true);
  });

  it('an occupied set', () => {
    const query = { config: mcc, precision, count: 1, temperature: 1, strategy: 'layered' } as const;
    const stores = halfStores(mccEncoder({ config: mcc, precision, side: 800 })) + halfStores(queryGraph(query));
    const logits = ({ object }: Answers) => object.field.logits;
    const error = difference(logits(half), logits(single));
    if (process.env.UNFLAT_SHOW) console.log('occupancy', stores, rms(error) / rms(logits(single)), largest(error));
    expect(rms(error) / rms(logits(single))).toBeLessThan(bound(stores));
    const points = ({ object: { grid } }: Answers) =>
      new Set(Array.from({ length: grid.length / 3 }, (_, i) => grid.slice(3 * i, 3 * i + 3).join()));
    expect(points(single).size).toBeGreaterThan(500);
    expect(overlap(points(half), points(single))).toBeGreaterThan(0.99);
    expect(error.some((v) => v !== 0)).toBe(true);
  });
});
