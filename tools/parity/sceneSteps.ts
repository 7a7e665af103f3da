/** Fixtures of kinds `scene` and `halfBall`: from photo and depth to the points of a scene, and its grid of queries. */
import { intrinsicsOf } from '../../src/pipeline/camera.ts';
import type { MccConfig } from '../../src/pipeline/mcc/config.ts';
import { colorSide } from '../../src/pipeline/mcc/encoder.ts';
import { pointSide } from '../../src/pipeline/mcc/graphs.ts';
import { gridFor, halfBallGrid, pointCount, pointsOf, type Grid } from '../../src/pipeline/mcc/grid.ts';
import { Mcc } from '../../src/pipeline/mcc/mcc.ts';
import { mccSceneModule } from '../../src/pipeline/mcc/module.ts';
import { SeenPoints } from '../../src/pipeline/points/seenPoints.ts';
import { scene, syntheticSource } from '../../weights/index.ts';
import type { Fixture } from './fixture.ts';
import { toChannelsFirst, toWords } from './layout.ts';
import { read, withNetwork } from './network.ts';
import { MISSING } from './pipeline.ts';
import type { Session } from './session.ts';

const EPS = 2 ** -24;

/** Compares the grid of a scene: its axes, its size, and which of its points are within the radius. */
export function compareHalfBall(fixture: Fixture): void {
  const { radius } = fixture.meta<{ radius: number }>('config');
  for (const [granularity, expected] of Object.entries(fixture.meta<Record<string, number[]>>('counts'))) {
    const grid = halfBallGrid(Number(granularity), radius);
    fixture.note(`counts of ${granularity}`, [...grid.counts, pointCount(grid)], expected, 0);
    const across = grid.counts[0];
    fixture.compare(`axis.${granularity}`, { shape: [across], data: grid.axes.slice(0, across) }, { exact: true });
    if (!fixture.has(`inside.${granularity}`)) continue;
    fixture.compare(`inside.${granularity}`, { shape: grid.counts, data: flagsOf(grid, grid.inside!) });
  }
}

/** Compares the square of the photo, its scale, the encoder, all queries of the half ball, and both ways to sweep it. */
export async function compareScene(fixture: Fixture, session: Session): Promise<void> {
  const config = fixture.meta<MccConfig>('config');
  const { seed } = fixture;
  const [height, width] = ['height', 'width'].map((key) => fixture.meta<number>(key));
  const photo = {
    height,
    width,
    words: toWords({ shape: [height, width, 3], data: scene.image(seed, height, width) }),
  };
  const known = scene.objectMask(seed, height, width, [0, height, 0, width]);
  const depth = scene.depth(seed, height, width).map((v, i) => (known[i] ? v : NaN));
  const sides = { rgb: colorSide(config), xyz: pointSide(config) };
  const seen = await withNetwork(
    session,
    undefined,
    (shared) => new SeenPoints(shared, sides),
    (seenPoints) => seenPoints.seeScene(photo, { depth, camera: intrinsicsOf(photo) }),
  );
  const { scale } = seen.normalization;
  const expectedScale = fixture.meta<number>('scale');
  fixture.note('scale', [scale], [expectedScale], 16 * EPS * expectedScale);
  fixture.note('validCount', [seen.crop.validCount], [fixture.meta<number>('validCount')], 0);
  // The place in the square that a resized pixel is read from is rounded once, at up to the side's magnitude.
  const resized = { relative: EPS * (1 + seen.crop.side / 8) };
  const rgb = toChannelsFirst({ shape: [1, sides.rgb, sides.rgb, 3], data: seen.rgb });
  fixture.compare('rgb', rgb, resized);
  const xyz = { shape: [1, sides.xyz, sides.xyz, 3], data: seen.xyz };
  fixture.compare('xyz', xyz, { ...resized, missing: MISSING });
  fixture.compare('valid', { shape: [1, sides.xyz, sides.xyz], data: seen.valid });
  await withNetwork(
    session,
    syntheticSource(mccSceneModule.specs(config), seed),
    (shared) => new Mcc(shared, config),
    (network) => compareQueries(fixture, network, config, seen),
  );
}

async function compareQueries(
  fixture: Fixture,
  network: Mcc,
  config: MccConfig,
  seen: Parameters<Mcc['encode']>[0],
): Promise<void> {
  const [granularity, threshold, temperature] = ['granularity', 'threshold', 'temperature'].map((key) =>
    Number(fixture.text(key)),
  );
  const image = await network.encode(seen);
  fixture.compare('latent', await read(image.latent));
  const grid = gridFor(config, { granularity });
  const queries = pointsOf(grid, grid.inside!);
  fixture.note('queries', [queries.length / 3], [fixture.meta<number>('queries')], 0);
  for (const strategy of ['batched', 'layered'] as const) {
    const { pred, color } = await network.decode(image, queries, { temperature, strategy });
    const [columns, numbers] = [pred.shape[1], await pred.read()];
    const logits = Float32Array.from({ length: pred.shape[0] }, (_, i) => numbers[i * columns]);
    fixture.compare('occupancy_logits', { shape: [logits.length], data: logits }, {}, strategy);
    fixture.compare('color', await read(color), {}, strategy);
    const found = await network.sweep(image, { granularity, threshold, temperature, strategy, sweep: 'full' });
    fixture.note(`points of the sweep, ${strategy}`, [found.queries, found.total], [logits.length, logits.length], 0);
    const kept = flagsOf(grid, found.indices);
    const keep = Uint8Array.from(grid.inside!, (i) => kept[i]);
    fixture.compare('keep', { shape: [keep.length], data: keep }, {}, strategy);
    fixture.compare('points', { shape: [found.indices.length, 3], data: found.xyz }, { exact: true }, strategy);
  }
}

/** 1 for the given indices of a grid, 0 for the others. */
function flagsOf({ total }: Grid, indices: Uint32Array): Uint8Array {
  const flags = new Uint8Array(total);
  for (const i of indices) flags[i] = 1;
  return flags;
}
