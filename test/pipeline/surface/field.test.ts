import { describe, expect, it } from 'vitest';
import { passHeights } from '../../../src/pipeline/surface/passHeights.ts';
import { localThickness } from '../../../src/pipeline/surface/thickness.ts';
import { travelTimes } from '../../../src/pipeline/surface/travelTime.ts';
import type { Volume } from '../../../src/pipeline/surface/volume.ts';

/** A cube of n^3 voxels around the origin. */
function volumeOf(n: number, step: number, value: (x: number, y: number, z: number) => number): Volume {
  const half = ((n - 1) / 2) * step;
  const place = (i: number) => i * step - half;
  const values = Float32Array.from({ length: n ** 3 }, (_, i) =>
    value(place(Math.floor(i / n / n)), place(Math.floor(i / n) % n), place(i % n)),
  );
  return { counts: [n, n, n], origin: [-half, -half, -half], steps: [step, step, step], values };
}

const middleOf = (n: number): number => ((n - 1) / 2) * (n * n + n + 1);

describe('passHeights', () => {
  const wall = (gap: number) => (x: number, y: number, z: number) => {
    const distance = Math.max(Math.abs(x), Math.abs(y), Math.abs(z));
    if (distance > 2.5 || distance < 1.5) return -3;
    return x > 1.5 && Math.abs(y) < 0.5 && Math.abs(z) < 0.5 ? gap : 2;
  };

  it('is the height of a closed wall around a hollow', () => {
    const passes = passHeights(volumeOf(9, 1, wall(2)));
    expect(passes[middleOf(9)]).toBe(2);
    expect(passes[0]).toBe(-3);
  });

  it('is the height of the lowest gap', () => {
    const passes = passHeights(volumeOf(9, 1, wall(-1)));
    expect(passes[middleOf(9)]).toBe(-1);
  });

  it('is the own height on a peak, and everywhere in a field without basins', () => {
    const volume = volumeOf(7, 1, (x, y, z) => -Math.hypot(x, y, z));
    expect([...passHeights(volume)]).toEqual([...volume.values]);
    expect(new Set(passHeights(volumeOf(5, 1, () => 1)))).toEqual(new Set([1]));
  });
});

describe('travelTimes', () => {
  it('is the distance to a ball, finer than voxels, with a cost of 1', () => {
    const step = 0.1;
    const volume = volumeOf(31, step, (x, y, z) => 0.43 - Math.hypot(x, y, z));
    const from = Uint8Array.from(volume.values, (v) => (v > 0 ? 1 : 0));
    const times = travelTimes(volume, from, 0, new Float32Array(from.length).fill(1));
    const n = 31;
    // Along an axis and along a diagonal: first-order sweeping is right to a part of a step.
    for (const [i, j] of [
      [27, 15],
      [24, 24],
    ]) {
      const at = (i * n + j) * n + 15;
      expect(Math.abs(times[at] + volume.values[at])).toBeLessThan(0.6 * step);
    }
    expect(times[middleOf(31)]).toBe(0);
  });

  it('grows with the cost', () => {
    const volume = volumeOf(21, 0.1, (x) => -x);
    const from = Uint8Array.from(volume.values, (v) => (v > 0 ? 1 : 0));
    const cost = new Float32Array(from.length).fill(3);
    const times = travelTimes(volume, from, 0, cost);
    expect(times[(15 * 21 + 10) * 21 + 10]).toBeCloseTo(3 * 0.5, 1);
  });
});

describe('localThickness', () => {
  it('is the radius of a ball that fits, and `most` in thick parts', () => {
    // A plate of half thickness 0.25 that ends in a thick block.
    const volume = volumeOf(41, 0.05, (x, _, z) =>
      Math.max(0.25 - Math.abs(z), Math.min(0.8 - Math.abs(z), x - 0.4), 0),
    );
    const thickness = localThickness(volume, volume.values, 0.4);
    const at = (x: number, z: number) =>
      thickness[(Math.round((x + 1) / 0.05) * 41 + 20) * 41 + Math.round((z + 1) / 0.05)];
    expect(at(-0.4, 0)).toBeCloseTo(0.25, 2);
    expect(at(-0.4, 0.2)).toBeCloseTo(0.25, 2);
    expect(at(0.95, 0)).toBeCloseTo(0.4, 2);
  });
});
