import { describe, expect, it } from 'vitest';
import { ExpectedQueries } from '../../src/pipeline/mcc/expectedQueries.ts';

/** A grid of a million points, one in 25 of them in the lattice. */
const TOTAL = 1_000_000;
const LATTICE = TOTAL / 25;

interface Chunk {
  readonly points: number;
  readonly occupied: number;
}

/** What is told while lists are queried: [done, expected] after each chunk. */
function told(lists: readonly (readonly Chunk[])[], total = TOTAL, lattice = LATTICE): [number, number][] {
  const queries = new ExpectedQueries({ total, step: 0.05 }, lattice);
  let done = 0;
  return lists.flatMap((list) => {
    queries.begin(list.reduce((n, { points }) => n + points, 0));
    return list.map(({ points, occupied }): [number, number] => [(done += points), queries.take(points, occupied)]);
  });
}

/** A list in chunks of one size; `occupied` says how much of each chunk is. */
const list = (points: number, occupied: (share: number) => number, chunks = 50): Chunk[] =>
  Array.from({ length: chunks }, (_, i) => ({
    points: points / chunks,
    occupied: Math.round((points / chunks) * occupied((i + 0.5) / chunks)),
  }));

/** The grid's middle alone is occupied, by x: a lattice is queried in this order. */
const inTheMiddle = (share: number) => (at: number) => (Math.abs(at - 0.5) < 0.25 ? 2 * share : 0);

function expectHonest(steps: readonly (readonly [number, number])[]): void {
  const shares = steps.map(([done, total]) => done / total);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  for (const [done, total] of steps) {
    expect(Number.isInteger(total)).toBe(true);
    expect(total).toBeGreaterThan(done);
    expect(total).toBeLessThanOrEqual(TOTAL);
  }
}

describe('expected queries', () => {
  it('are close to the truth once the lattice is queried, for objects of any size', () => {
    for (const share of [0.02, 0.05, 0.09]) {
      const around = 2 * share * (TOTAL - LATTICE);
      const lists = [
        list(LATTICE, inTheMiddle(share)),
        ...[0.6, 0.3, 0.08, 0.02].map((part) => list(part * around, () => 0.7)),
      ];
      const steps = told(lists);
      expectHonest(steps);
      const truth = steps.at(-1)![0];
      for (const [, total] of steps.slice(50)) expect(Math.abs(total / truth - 1)).toBeLessThan(0.1);
      // Before, it takes a usual object.
      const usual = LATTICE + 2 * 0.05 * (TOTAL - LATTICE);
      expect(Math.abs(steps[0][1] / usual - 1)).toBeLessThan(0.05);
    }
  });

  it('let no bar run backwards or reach its end early, also where the lattice says too little', () => {
    const steps = told([
      list(LATTICE, () => 0),
      ...[100, 3000, 50_000, 200_000, 1000, 10].map((n) => list(n, () => 0.5, n === 10 ? 1 : 10)),
    ]);
    expectHonest(steps);
    expectHonest(told([list(LATTICE, () => 0)]));
    expectHonest(told([list(LATTICE, () => 1, 1), list(1, () => 1, 1), list(2, () => 1, 1)]));
  });

  it('are the whole grid where the lattice is', () => {
    const steps = told([list(1000, () => 0.1, 10)], 1000, 1000);
    for (const [, total] of steps) expect(total).toBe(1000);
  });
});
