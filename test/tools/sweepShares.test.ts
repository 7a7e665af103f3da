import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createEngine } from '../../src/node.ts';
import { focalFromFov } from '../../src/pipeline/camera.ts';
import { gridOf } from '../../src/pipeline/mcc/grid.ts';
import { coarseness } from '../../src/pipeline/mcc/lattice.ts';
import { REACH } from '../../src/pipeline/mcc/listGraphs.ts';
import type { SweptField } from '../../src/pipeline/roles.ts';
import { limitOf } from '../../src/pipeline/occupancy.ts';
import { readScene } from '../../tools/eval/scene.ts';
import { root } from '../../tools/setup/process.mjs';
import { FieldStore } from '../../tools/sweep/fieldStore.ts';
import { sharesOf, showShares } from '../../tools/sweep/shares.ts';
import { simulate } from '../../tools/sweep/simulate.ts';

/** A field of points in a row along z. */
const fieldOf = (logits: readonly number[]): SweptField => ({
  counts: [1, 1, logits.length],
  axes: Float32Array.from({ length: 2 + logits.length }, (_, i) => Math.max(0, i - 2)),
  logits: Float32Array.from(logits),
});

it('counts what was queried, what was missed above each threshold, and what has other bits', () => {
  const full = fieldOf([-9, -2, -1, 0.5, 1, 2, -9, -9]);
  const coarse = fieldOf([NaN, NaN, -1, NaN, 1, 2.5, -9, NaN]);
  const shares = sharesOf(full, coarse, { minThreshold: 0.2, threshold: 0.5 });
  expect(shares).toEqual({
    ...{ queries: 4, total: 8, different: 1 },
    kept: { above: 0.2, points: 4, missed: 1 },
    object: { above: 0.5, points: 3, missed: 1 },
  });
  expect(showShares(shares)).toBe(
    'queried 50.0 %; above 0.2: 50.0 %, 1 of 4 missed; above 0.5: 37.5 %, 1 of 3 missed; 1 WITH OTHER BITS',
  );
  expect(showShares({ ...shares, different: 0 })).not.toContain('BITS');
});

it('a simulation queries a lattice, then what is within reach of occupied points', () => {
  const full = fieldOf([-1, 1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1]);
  const queried = (oneIn: number, reach: number) => {
    const { logits } = simulate(full, 0, { oneIn, reach });
    return [...logits.keys()].filter((i) => !Number.isNaN(logits[i]));
  };
  // The lattice is 0, 4 and 8, which are all free.
  expect(queried(4, 1)).toEqual([0, 4, 8]);
  // Of 0, 2, 4, ... 2 is occupied, so 1 and 3 are queried. 1 is occupied, too, and has no new neighbors.
  expect(queried(2, 1)).toEqual([0, 1, 2, 3, 4, 6, 8, 10]);
  expect(queried(2, 2)).toEqual([0, 1, 2, 3, 4, 6, 8, 10]);
  expect(queried(1, 1).length).toBe(12);
  // Of 0, 3, 6, ... 9 is occupied. 1 and 2 are missed.
  expect(queried(3, 1)).toEqual([0, 3, 6, 8, 9, 10]);
  expect(queried(3, 3)).toEqual([0, 3, 6, 7, 8, 9, 10, 11]);
});

it('keeps a full sweep in a file, and makes it once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unflat-fields-'));
  const sweep = { field: fieldOf([1, -2.5, 3]), threshold: 0.64, seconds: 7 };
  let made = 0;
  const make = () => Promise.resolve((made++, sweep));
  for (const store of [new FieldStore(folder), new FieldStore(folder)]) {
    expect(await store.get('a scene, 0.1', make)).toEqual(sweep);
  }
  expect(made).toBe(1);
  expect((await readdir(folder)).length).toBe(1);
  await new FieldStore(folder).get('another scene, 0.1', make);
  await new FieldStore(undefined).get('a scene, 0.1', make);
  expect(made).toBe(3);
  await rm(folder, { recursive: true });
});

it('on a scene nothing is missed, and simulation and engine agree on every point', async () => {
  const engine = await createEngine({ roles: ['complete'] });
  const scene = await readScene(join(root, 'test/scenes', '1000003'));
  const focal = focalFromFov(scene.photo.width, scene.fov);
  const gridBox = { min: [-1.5, -1.5, -1.5], max: [1.5, 1.5, 2] } as const;
  const options = { mask: scene.mask, depth: scene.depth, focal, granularity: 0.1, gridBox, render: false };
  const full = (await engine.reconstruct(scene.photo, { ...options, sweep: 'full' })).object;
  const coarse = (await engine.reconstruct(scene.photo, options)).object;
  engine.dispose();
  const { kept, object, different, queries, total } = sharesOf(full.field, coarse.field, coarse);
  expect([kept.missed, object.missed, different]).toEqual([0, 0, 0]);
  expect(object.points).toBeGreaterThan(500);
  expect(queries).toBeLessThan(0.6 * total);
  for (const name of ['xyz', 'rgb', 'logits', 'indices', 'grid'] as const) expect(coarse[name]).toEqual(full[name]);
  const way = { oneIn: coarseness(gridOf(0.1, gridBox).step), reach: REACH };
  expect(simulate(full.field, limitOf(coarse.minThreshold), way)).toEqual(coarse.field);
}, 120_000);
