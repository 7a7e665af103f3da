import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { mccConfigs, type MccConfig } from '../../src/pipeline/mcc/config.ts';
import { gridOf, pointsOf, type Grid } from '../../src/pipeline/mcc/grid.ts';
import { addPoints, noPoints, pointsOfLattice, stridesOf } from '../../src/pipeline/mcc/lattice.ts';
import { Mcc, type MccImage } from '../../src/pipeline/mcc/mcc.ts';
import { mccModule } from '../../src/pipeline/mcc/module.ts';
import type { Completion, GridPoints } from '../../src/pipeline/roles.ts';
import { scene, syntheticSource } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';

const STRATEGIES = ['batched', 'layered'] as const;

const config: MccConfig = { ...mccConfigs.small, image: 64 };

/** 14 x 11 x 17 points: no count is a multiple of the coarse stride, and none is one more than a multiple of it. */
const STEP = 1 / 32;
const BOX = { min: [0, 0, 0.5], max: [14 / 32, 11 / 32, 0.5 + 17 / 32] } as const;
const OPTIONS = { granularity: STEP, gridBox: BOX } as const;

/** Points of every lattice that a level may ask: places along an axis. */
const along = (n: number, stride: number): number[] =>
  Array.from({ length: n }, (_, i) => i).filter((i) => i % stride === 0 || i === n - 1);

/** What the sweep should ask, by plain loops over sets: level after level, neighbors of occupied points until there are no more. */
function expectedQueries({ counts, step }: Grid, isOccupied: (index: number) => boolean): Set<number> {
  const asked = new Set<number>();
  const strides = stridesOf(step);
  for (const stride of strides) {
    const axes = counts.map((n) => along(n, stride));
    const index = (at: readonly number[]): number => {
      const [x, y, z] = at.map((k, axis) => axes[axis][k]);
      return (x * counts[1] + y) * counts[2] + z;
    };
    const all = axes[0].flatMap((_, x) => axes[1].flatMap((_, y) => axes[2].map((_, z) => [x, y, z])));
    const steps = [-1, 0, 1];
    const around = ([x, y, z]: readonly number[]): number[][] =>
      steps
        .flatMap((dx) => steps.flatMap((dy) => steps.map((dz) => [x + dx, y + dy, z + dz])))
        .filter((at) => at.every((k, axis) => k >= 0 && k < axes[axis].length));
    if (stride === strides[0]) for (const at of all) asked.add(index(at));
    const known = (i: number): boolean => asked.has(i) && isOccupied(i);
    for (let before = -1; before < asked.size;) {
      before = asked.size;
      for (const at of all) if (around(at).some((neighbor) => known(index(neighbor)))) asked.add(index(at));
    }
  }
  return asked;
}

/** The points of `all` at some indices, both ascending. */
function pick(all: GridPoints, wanted: ReadonlySet<number>): GridPoints {
  const rows = [...all.indices.keys()].filter((row) => wanted.has(all.indices[row]));
  const triples = (of: Float32Array) => Float32Array.from(rows.flatMap((row) => [...of.slice(3 * row, 3 * row + 3)]));
  return {
    indices: Uint32Array.from(rows, (row) => all.indices[row]),
    logits: Float32Array.from(rows, (row) => all.logits[row]),
    xyz: triples(all.xyz),
    colors: triples(all.colors),
  };
}

describe('lattice', () => {
  it('is at most 0.2 apart where it is coarsest; powers of two follow', () => {
    expect(stridesOf(0.05)).toEqual([4, 2, 1]);
    expect(stridesOf(0.0501)).toEqual([2, 1]);
    expect(stridesOf(gridOf(0.1).step)).toEqual([2, 1]);
    expect(stridesOf(0.025)).toEqual([8, 4, 2, 1]);
    expect(stridesOf(0.12)).toEqual([1]);
    expect(stridesOf(3)).toEqual([1]);
  });

  it('has the last point of each axis, and indices of the grid in its order', () => {
    const counts = [6, 1, 9] as const;
    const all = new Uint32Array(1).fill(0b111111111);
    expect([...pointsOfLattice(all, counts, 4)]).toEqual([0, 4, 8, 36, 40, 44, 45, 49, 53]);
    expect([...pointsOfLattice(Uint32Array.of(0b100010001), counts, 4)]).toEqual([0, 40, 53]);
    const dense = Uint32Array.of(0xffffffff, 0x80000001);
    const indices = [...Array.from({ length: 33 }, (_, i) => i), 63];
    expect([...pointsOfLattice(dense, [4, 4, 4], 1)]).toEqual(indices);
  });

  it('marks points', () => {
    const bits = noPoints({ total: 65 });
    addPoints(bits, Uint32Array.of(0, 31, 64));
    expect([...bits]).toEqual([0x80000001, 0, 1]);
  });
});

describe('sweep from coarse to fine', () => {
  let device: Device;
  let mcc: Mcc;
  let image: MccImage;
  const grid = gridOf(STEP, BOX);
  /** Every point of the grid, by strategy. */
  const all = new Map<string, Completion>();
  /** Probabilities above which about 3 % and about 20 % of the points are occupied. */
  const thresholds: number[] = [];

  beforeAll(async () => {
    device = await openDevice();
    mcc = new Mcc(sharedFor(device, syntheticSource(mccModule.specs(config), 7)), config);
    const { xyz, valid } = scene.xyzMap(7, config.image / 2);
    const rgb = Float32Array.from(scene.image(7, config.image, config.image), (v) => v / 255);
    image = await mcc.encode({ rgb, xyz, valid: Uint32Array.from(valid) });
    for (const strategy of STRATEGIES) {
      all.set(strategy, await mcc.sweep(image, { ...OPTIONS, strategy, threshold: 1e-30 }));
    }
    const sorted = [...all.get('batched')!.logits].sort((a, b) => b - a);
    for (const share of [0.03, 0.2]) thresholds.push(1 / (1 + Math.exp(-sorted[Math.floor(share * sorted.length)])));
  });

  afterAll(async () => {
    await mcc.dispose();
    device.dispose();
  });

  for (const strategy of STRATEGIES) {
    it(`${strategy}: asks what it should, and gives a point the bits of the full sweep`, async () => {
      const every = all.get(strategy)!;
      expect(every.indices.length).toBe(grid.total);
      for (const threshold of thresholds) {
        const limit = Math.fround(Math.log(threshold / (1 - threshold)));
        const isOccupied = (i: number): boolean => every.logits[i] > limit;
        const asked = expectedQueries(grid, isOccupied);
        const found = await mcc.sweep(image, { ...OPTIONS, strategy, threshold, sweep: 'coarseToFine' });
        expect(found).toMatchObject({ queries: asked.size, total: grid.total, partial: false, strategy, step: STEP });
        expect(asked.size).toBeLessThan(grid.total);
        expect(found).toMatchObject(pick(every, new Set([...asked].filter(isOccupied))));
      }
    });

    it(`${strategy}: a result does not depend on the size of chunks, bit for bit`, async () => {
      const options = { ...OPTIONS, strategy, threshold: thresholds[1], sweep: 'coarseToFine' } as const;
      const expected = await mcc.sweep(image, options);
      for (const chunk of [64, 100, 1000]) expect(await mcc.sweep(image, { ...options, chunk })).toEqual(expected);
    });
  }

  it('gives the result of the full sweep, bit for bit, where it finds all', async () => {
    // Nearly all of the grid is occupied, so it hangs together.
    const options = { ...OPTIONS, threshold: 1e-30 };
    const full = await mcc.sweep(image, options);
    expect(await mcc.sweep(image, { ...options, sweep: 'coarseToFine' })).toEqual(full);
    expect(await mcc.sweep(image, { ...options, sweep: 'full' })).toEqual(full);
  });

  it('says how far it is, of what is known, and hands out each point once, coarse points first', async () => {
    const steps: [number, number][] = [];
    const parts: GridPoints[] = [];
    const found = await mcc.sweep(
      image,
      { ...OPTIONS, threshold: thresholds[1], sweep: 'coarseToFine', chunk: 100 },
      { onProgress: (done, total) => steps.push([done, total]), onPartial: (part) => parts.push(part) },
    );
    // 5 x 4 x 5 points: every fourth, and the last ones.
    expect(steps[0]).toEqual([100, 100]);
    for (let i = 1; i < steps.length; i++) {
      expect(steps[i][0]).toBeGreaterThan(steps[i - 1][0]);
      expect(steps[i][1]).toBeGreaterThanOrEqual(steps[i - 1][1]);
      expect(steps[i][0]).toBeLessThanOrEqual(steps[i][1]);
    }
    expect(steps.at(-1)).toEqual([found.queries, found.queries]);
    const handed = parts.flatMap((part) => [...part.indices]);
    expect(new Set(handed).size).toBe(handed.length);
    expect([...handed].sort((a, b) => a - b)).toEqual([...found.indices]);
    expect(parts.length).toBeGreaterThan(3);
    for (const { xyz, indices } of parts) expect(xyz).toEqual(pointsOf(grid, indices));
  });

  it('gives what it had found when it is aborted, in the order of the grid', async () => {
    const options = { ...OPTIONS, threshold: thresholds[1], sweep: 'coarseToFine', chunk: 64 } as const;
    const whole = await mcc.sweep(image, options);
    const controller = new AbortController();
    const parts: GridPoints[] = [];
    const found = await mcc.sweep(image, options, {
      signal: controller.signal,
      onPartial: (part) => parts.push(part),
      onProgress: (done) => done > whole.queries / 2 && controller.abort(),
    });
    expect(found.partial).toBe(true);
    expect(found.queries).toBeGreaterThan(whole.queries / 2);
    expect(found.queries).toBeLessThan(whole.queries);
    expect([...found.indices]).toEqual(parts.flatMap((part) => [...part.indices]).sort((a, b) => a - b));
    expect(found).toMatchObject(pick(whole, new Set(found.indices)));
    const none = await mcc.sweep(image, options, { signal: AbortSignal.abort() });
    expect([none.queries, none.indices.length, none.partial]).toEqual([0, 0, true]);
  });

  it('asks the coarse lattice alone where nothing is occupied', async () => {
    const options = { ...OPTIONS, threshold: 0.999999, sweep: 'coarseToFine' } as const;
    const { indices, xyz, queries, total, partial } = await mcc.sweep(image, options);
    expect([indices.length, xyz.length, queries, total, partial]).toEqual([0, 0, 100, grid.total, false]);
  });

  it('asks all of a grid whose steps are above 0.1', async () => {
    const options = { granularity: 0.5, threshold: thresholds[0] };
    const full = await mcc.sweep(image, options);
    expect(await mcc.sweep(image, { ...options, sweep: 'coarseToFine' })).toEqual(full);
  });

  it('asks all of a grid that has no point between those of the coarse lattice', async () => {
    const gridBox = { min: [0, 0, 0], max: [2 / 32, 1 / 32, 1 / 32] } as const;
    const options = { ...OPTIONS, gridBox, threshold: 1e-30 };
    const full = await mcc.sweep(image, options);
    expect(full.queries).toBe(2);
    expect(await mcc.sweep(image, { ...options, sweep: 'coarseToFine' })).toEqual(full);
  });
});
