import { expect, it } from 'vitest';
import { above } from '../../src/pipeline/session/completedObject.ts';
import { countAbove, orderByLogit } from '../../src/stage/order.ts';
import { noise } from '../setup/numbers.ts';

const LOGITS = Float32Array.of(0.5, -2, 3, 0.5, -0.1, 8);
const POINTS = {
  xyz: Float32Array.from({ length: 18 }, (_, i) => i),
  rgb: Uint8Array.from({ length: 18 }, (_, i) => 10 * i),
  logits: LOGITS,
};

it('orders points with their colors from the highest logit to the lowest', () => {
  const { xyz, rgb, logits } = orderByLogit(POINTS);
  expect([...logits]).toEqual([8, 3, 0.5, 0.5, Math.fround(-0.1), -2]);
  const order = [5, 2, 0, 3, 4, 1];
  expect([...xyz]).toEqual(order.flatMap((i) => [3 * i, 3 * i + 1, 3 * i + 2]));
  expect([...rgb]).toEqual(order.flatMap((i) => [30 * i, 30 * i + 10, 30 * i + 20]));
});

it('orders as a sort that compares does', () => {
  const logits = noise(5000, 3, 12);
  const { logits: ordered } = orderByLogit({ xyz: new Float32Array(15000), rgb: new Uint8Array(15000), logits });
  expect(ordered).toEqual(logits.slice().sort().reverse());
});

it('counts the points above a threshold as the object does', () => {
  const kept = { ...POINTS, indices: new Uint32Array(6), grid: POINTS.xyz };
  const { logits } = orderByLogit(POINTS);
  const exact = 1 / (1 + Math.exp(-0.5));
  for (const threshold of [0.01, 0.1, 0.4, 0.5, 0.6, exact, 0.64, 0.9, 0.9999]) {
    expect(countAbove(logits, threshold)).toBe(above(kept, threshold).logits.length);
  }
  expect(countAbove(logits, 0.5)).toBe(4);
  expect(countAbove(new Float32Array(0), 0.5)).toBe(0);
});

it('refuses thresholds that are no probabilities, and points without logits', () => {
  for (const threshold of [0, 1, -1, NaN]) expect(() => countAbove(LOGITS, threshold)).toThrow(RangeError);
  expect(() => orderByLogit({ ...POINTS, logits: LOGITS.subarray(1) })).toThrow(
    'xyz holds 18 values, rgb 18 and logits 5',
  );
});
