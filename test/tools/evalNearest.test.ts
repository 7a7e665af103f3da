import { describe, expect, it } from 'vitest';
import { nearestWithin } from '../../tools/eval/nearest.ts';
import { noise } from '../setup/numbers.ts';

/** Every pair, no cells. */
function bruteForce(points: Float32Array, targets: Float32Array, radius: number) {
  const index: number[] = [];
  const distance: number[] = [];
  for (let p = 0; p < points.length; p += 3) {
    let [best, square] = [-1, Infinity];
    for (let t = 0; t < targets.length; t += 3) {
      const found =
        (targets[t] - points[p]) ** 2 + (targets[t + 1] - points[p + 1]) ** 2 + (targets[t + 2] - points[p + 2]) ** 2;
      if (found < radius * radius && found < square) [best, square] = [t / 3, found];
    }
    index.push(best);
    distance.push(Math.sqrt(square));
  }
  return { index, distance };
}

describe('nearestWithin', () => {
  it.each([
    ['dense points', 0.2, 1],
    ['cells much smaller than the gaps', 0.01, 1],
    ['one cell for everything', 10, 1],
    ['coordinates far from the origin', 300, 5000],
  ])('finds what every pair would: %s', (_, radius, scale) => {
    const points = noise(3 * 400, 1, scale);
    const targets = noise(3 * 700, 2, scale);
    const { index, distance } = nearestWithin(points, targets, radius);
    const expected = bruteForce(points, targets, radius);
    expect([...index]).toEqual(expected.index);
    expect([...distance]).toEqual(expected.distance);
  });

  it('finds targets that are the points themselves, and of equal ones the first', () => {
    const targets = Float32Array.of(0, 0, 0, 1, 0, 0, 1, 0, 0, -1, 0, 0);
    const { index, distance } = nearestWithin(Float32Array.of(1, 0, 0, 0.5, 0, 0), targets, 2);
    expect([...index]).toEqual([1, 0]);
    expect([...distance]).toEqual([0, 0.5]);
  });

  it('does not reach the radius itself', () => {
    const at = (radius: number) => nearestWithin(Float32Array.of(0, 0, 0), Float32Array.of(0, 0, 0.5), radius);
    expect(at(0.5)).toEqual({ index: Int32Array.of(-1), distance: Float64Array.of(Infinity) });
    expect(at(0.5001).index[0]).toBe(0);
  });

  it('takes no points and no targets', () => {
    const none = new Float32Array(0);
    expect(nearestWithin(none, Float32Array.of(1, 2, 3), 1).index).toHaveLength(0);
    expect([...nearestWithin(Float32Array.of(1, 2, 3), none, 1).index]).toEqual([-1]);
  });
});
