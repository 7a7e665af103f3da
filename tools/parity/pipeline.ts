/** Fixtures of kind `pipeline`: the steps between depth, mask and MCC's input. */
import { evaluateTensors } from '../../src/graph/evaluate.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { intrinsicsOf } from '../../src/pipeline/camera.ts';
import { CROP_SIDE, standardized } from '../../src/pipeline/mcc/encoder.ts';
import { SeenPoints } from '../../src/pipeline/points/seenPoints.ts';
import { scene } from '../../weights/index.ts';
import type { Bound } from './compare.ts';
import type { Fixture } from './fixture.ts';
import { toChannelsFirst, toWords } from './layout.ts';
import type { Taps } from './network.ts';
import type { Session } from './session.ts';
import type { Values } from './values.ts';

const EPS = 2 ** -24;
/** Coordinate of a missing point. */
export const MISSING = -100;
/** Side of MCC's input in these fixtures. */
const NETWORK_SIDE = 224;

export async function comparePipeline(fixture: Fixture, session: Session): Promise<void> {
  const { height, width, rect } = fixture.meta<{
    height: number;
    width: number;
    rect: [number, number, number, number] | null;
  }>('config');
  const { seed } = fixture;
  const rgb = scene.image(seed, height, width);
  const depth = scene.depth(seed, height, width);
  const mask = scene.objectMask(seed, height, width, rect);
  const generated: Record<string, Values> = {
    rgb: { shape: [height, width, 3], data: rgb },
    depth: { shape: [height, width], data: depth },
    mask: { shape: [height, width], data: mask },
  };
  for (const [name, values] of Object.entries(generated))
    if (fixture.has(name)) fixture.compare(name, values, { exact: true });

  const taps: Taps = new Map();
  const shared = sharedFor(session.device);
  const inspection = {
    wants: () => true,
    found: (tap: string, shape: readonly number[], data: ArrayLike<number>) => void taps.set(tap, { shape, data }),
  };
  const photo = { width, height, words: toWords(generated.rgb) };
  const seenPoints = new SeenPoints({ ...shared, inspection });
  try {
    const camera = intrinsicsOf(photo);
    const seen = await seenPoints.see(photo, Uint32Array.from(mask), { depth, camera });
    const { scale, center } = seen.normalization;
    compareNumbers(fixture, 'cropBox', seen.crop.box, 0);
    compareNumbers(fixture, 'side', seen.crop.side, 0);
    compareNumbers(fixture, 'maskCount', seen.crop.maskCount, 0);
    compareNumbers(fixture, 'validCount', seen.crop.validCount, 0);
    compareNumbers(fixture, 'scale', scale, 16 * EPS * scale);
    compareNumbers(fixture, 'centre', center, 16 * EPS * Math.max(...center.map(Math.abs)));
    const { fx, fy, cx, cy } = camera;
    compareNumbers(fixture, 'intrinsics', [fx, 0, cx, 0, fy, cy, 0, 0, 1], 1e-12 * fx);

    // A coordinate has three roundings. A normalized one also has the error of the center, which is subtracted and is several
    // times larger than the difference.
    const largest = Math.max(...Array.from(fixture.peek('xyz').data, (v) => (v === MISSING ? 0 : Math.abs(v))));
    const normalized: Bound = { relative: (2 * EPS * (largest + Math.max(...center.map(Math.abs)))) / largest };
    const missing = ({ shape, data }: Values): Values => ({
      shape,
      data: Float32Array.from(data, (v, i) => (mask[Math.floor(i / 3)] ? v : Infinity)),
    });
    fixture.compare('points', missing(taps.get('points')!), { relative: EPS });
    fixture.compare('normalised', missing(taps.get('normalized')!), normalized);
    fixture.compare('xyz', taps.get('xyz')!, { ...normalized, missing: MISSING });
    fixture.compare('valid', taps.get('valid')!);
    // The coordinate that a resized pixel is read from is rounded once, at up to the side's magnitude. Values change by at most
    // 1 from one pixel to the next.
    fixture.compare('rgb800', toChannelsFirst(taps.get('rgb800')!), { relative: EPS * (1 + seen.crop.side / 8) });
    const { data, shape } = taps.get('rgb800')!;
    const { small } = await evaluateTensors(session.device, (s) => ({
      small: standardized(s.input(Float32Array.from(data), shape), NETWORK_SIDE),
    }));
    fixture.compare('rgb224', toChannelsFirst(small), { relative: EPS * (2 + CROP_SIDE / 8) });
  } finally {
    await seenPoints.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  }
}

type Numbers = number | readonly number[] | object;

const flat = (x: Numbers): number[] =>
  typeof x === 'number' ? [x] : Object.values(x).flatMap((v) => flat(v as Numbers));

/** Compares numbers of the metadata; records in the order of their keys are compared by key. */
function compareNumbers(fixture: Fixture, key: string, actual: Numbers, bound: number): void {
  const expected = fixture.meta<Numbers>(key);
  const sorted = (x: Numbers): number[] =>
    Array.isArray(x) || typeof x === 'number'
      ? flat(x)
      : Object.entries(x)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, v]) => v as number);
  fixture.note(key, sorted(actual), sorted(expected), bound);
}
