import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { mccConfigs, type MccConfig } from '../../src/pipeline/mcc/config.ts';
import { gridOf, pointsOf, type Grid } from '../../src/pipeline/mcc/grid.ts';
import { addPoints, coarseLattice, coarseness, factorOf, pointsIn } from '../../src/pipeline/mcc/lattice.ts';
import { Mcc, type MccImage } from '../../src/pipeline/mcc/mcc.ts';
import { mccModule } from '../../src/pipeline/mcc/module.ts';
import type { Completion, GridPoints } from '../../src/pipeline/roles.ts';
import { scene, syntheticSource } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';

const STRATEGIES = ['batched', 'layered'] as const;

const config: MccConfig = { ...mccConfigs.small, image: 64 };

/** 14 x 11 x 17 points with steps exact in float32, so that counts and coordinates are, too. */
const STEP = 1 / 16;
const BOX = { min: [0, 0, 0.5], max: [14 * STEP, 11 * STEP, 0.5 + 17 * STEP] } as const;
const OPTIONS = { granularity: STEP, gridBox: BOX } as const;

/** What the sweep should query, by plain loops over sets: the lattice, then what is within two steps of occupied points. */
function expectedQueries(grid: Grid, isOccupied: (index: number) => boolean): Set<number> {
  const [nx, ny, nz] = grid.counts;
  const queried = new Set<number>(coarseLattice(grid));
  const steps = [-2, -1, 0, 1, 2];
  for (const i of queried) {
    if (!isOccupied(i)) continue;
    const [x, y, z] = [Math.floor(i / (ny * nz)), Math.floor(i / nz) % ny, i % nz];
    for (const [a, b, c] of steps.flatMap((dx) => steps.flatMap((dy) => steps.map((dz) => [x + dx, y + dy, z + dz])))) {
      if (a >= 0 && a < nx && b >= 0 && b < ny && c >= 0 && c < nz) queried.add((a * ny + b) * nz + c);
    }
  }
  return queried;
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

describe('coarse lattice', () => {
  it('has a point for each 0.065 of a sheet that is one step thick', () => {
    const steps = [0.05, 0.1, 0.025, 0.2, 0.3, 3];
    expect(steps.map(coarseness)).toEqual([26, 7, 104, 2, 1, 1]);
    const grid = gridOf(0.1, { min: [-1, -1, -1.2], max: [1, 1, 1.2] });
    expect(Math.abs(coarseLattice(grid).length - grid.total / 7)).toBeLessThan(1);
    expect(coarseLattice(grid)).toEqual(coarseLattice(grid).sort());
    expect(coarseLattice(gridOf(1)).length).toBe(216);
  });

  it.each([2, 3, 7, 26, 31, 32, 100, 104, 800])('of one point in %i meets every line along an axis', (oneIn) => {
    const factor = factorOf(oneIn);
    for (const along of [1, factor, (factor * factor) % oneIn]) {
      expect(new Set(Array.from({ length: oneIn }, (_, i) => (i * along) % oneIn)).size).toBe(oneIn);
    }
  });

  it('keeps its points apart', () => {
    const least = (oneIn: number): number => {
      const f = factorOf(oneIn);
      const range = Array.from({ length: 21 }, (_, i) => i - 10);
      const all = range.flatMap((x) => range.flatMap((y) => range.map((z) => [x, y, z])));
      const on = all.filter(([x, y, z]) => (x || y || z) && (x + f * y + f * f * z) % oneIn === 0);
      return Math.min(...on.map(([x, y, z]) => x * x + y * y + z * z));
    };
    // Squared distances; the densest packings of as many points have 4.6, 11.1 and 27.9.
    expect([7, 26, 104].map(least)).toEqual([3, 10, 26]);
  });

  it('sets of points are bits', () => {
    const bits = new Uint32Array(3);
    addPoints(bits, Uint32Array.of(0, 31, 64));
    expect([...bits]).toEqual([0x80000001, 0, 1]);
    expect([...pointsIn(bits)]).toEqual([0, 31, 64]);
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
      all.set(strategy, await mcc.sweep(image, { ...OPTIONS, strategy, threshold: 1e-30, sweep: 'full' }));
    }
    const sorted = [...all.get('batched')!.logits].sort((a, b) => b - a);
    for (const share of [0.03, 0.2]) thresholds.push(1 / (1 + Math.exp(-sorted[Math.floor(share * sorted.length)])));
  });

  afterAll(async () => {
    await mcc.dispose();
    device.dispose();
  });

  for (const strategy of STRATEGIES) {
    it(`${strategy}: queries what it should, and gives a point the bits of the full sweep`, async () => {
      const every = all.get(strategy)!;
      expect(every.indices.length).toBe(grid.total);
      for (const threshold of thresholds) {
        const limit = Math.fround(Math.log(threshold / (1 - threshold)));
        const isOccupied = (i: number): boolean => every.logits[i] > limit;
        const queried = expectedQueries(grid, isOccupied);
        const found = await mcc.sweep(image, { ...OPTIONS, strategy, threshold, sweep: 'coarseToFine' });
        expect(found).toMatchObject({ queries: queried.size, total: grid.total, partial: false, strategy, step: STEP });
        expect(queried.size).toBeLessThan(grid.total);
        expect(found).toMatchObject(pick(every, new Set([...queried].filter(isOccupied))));
        expect(found.field).toEqual({
          ...every.field,
          logits: every.field.logits.map((logit, i) => (queried.has(i) ? logit : NaN)),
        });
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
    const full = await mcc.sweep(image, { ...options, sweep: 'full' });
    expect(await mcc.sweep(image, { ...options, sweep: 'coarseToFine' })).toEqual(full);
  });

  it('is what runs by default', async () => {
    const options = { ...OPTIONS, threshold: thresholds[1] };
    const found = await mcc.sweep(image, options);
    expect(found).toEqual(await mcc.sweep(image, { ...options, sweep: 'coarseToFine' }));
    expect(found.queries).toBeLessThan(found.total);
  });

  it('says how far it is, of what is expected, and hands out each point once, coarse points first', async () => {
    const steps: [number, number][] = [];
    const parts: GridPoints[] = [];
    const found = await mcc.sweep(
      image,
      { ...OPTIONS, threshold: thresholds[1], sweep: 'coarseToFine', chunk: 100 },
      { onProgress: (done, total) => steps.push([done, total]), onPartial: (part) => parts.push(part) },
    );
    expect(steps[0][0]).toBe(100);
    const shares = steps.map(([done, total]) => done / total);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    for (const share of shares.slice(0, -1)) expect(share).toBeLessThan(1);
    // The end is told of its own, because nobody knows before that the last list was the last.
    expect(steps.slice(-2).map(([done]) => done)).toEqual([found.queries, found.queries]);
    expect(shares.at(-1)).toBe(1);
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
    const known = found.field.logits.filter((logit) => !Number.isNaN(logit));
    expect(known.length).toBe(found.queries);
    found.field.logits.forEach((logit, i) => Number.isNaN(logit) || expect(logit).toBe(whole.field.logits[i]));
    const none = await mcc.sweep(image, options, { signal: AbortSignal.abort() });
    expect([none.queries, none.indices.length, none.partial]).toEqual([0, 0, true]);
  });

  it('queries the coarse lattice alone where nothing is occupied', async () => {
    const options = { ...OPTIONS, threshold: 0.999999, sweep: 'coarseToFine' } as const;
    const { indices, xyz, queries, total, partial } = await mcc.sweep(image, options);
    expect([indices.length, xyz.length, queries, total, partial]).toEqual([
      0,
      0,
      coarseLattice(grid).length,
      grid.total,
      false,
    ]);
  });

  it('queries all of a grid whose steps are large', async () => {
    const options = { granularity: 0.5, threshold: thresholds[0] };
    const full = await mcc.sweep(image, { ...options, sweep: 'full' });
    const totals: number[] = [];
    const onProgress = (done: number, total: number) => totals.push(done, total);
    expect(await mcc.sweep(image, { ...options, sweep: 'coarseToFine' }, { onProgress })).toEqual(full);
    expect(totals.slice(-2)).toEqual([full.total, full.total]);
  });
});
