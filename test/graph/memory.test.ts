import { describe, expect, it } from 'vitest';
import { planMemory, type Value } from '../../src/graph/memory.ts';
import { noise } from '../setup/numbers.ts';

const value = (bytes: number, from: number, to: number): Value => ({ bytes, from, to });

describe('planMemory', () => {
  it('gives values whose lifetimes do not meet one slot, as large as the largest', () => {
    const plan = planMemory([value(100, 0, 1), value(300, 2, 3), value(200, 4, 5)]);
    expect(plan).toEqual({ slots: [0, 0, 0], slotBytes: [300], peakBytes: 300, sumBytes: 600 });
  });

  it('keeps apart what one step reads and writes', () => {
    const plan = planMemory([value(64, 0, 1), value(64, 1, 2)]);
    expect(plan.slots).toEqual([0, 1]);
  });

  it('runs a chain of equal values in two slots', () => {
    const chain = Array.from({ length: 10 }, (_, i) => value(64, i, i + 1));
    expect(planMemory(chain)).toMatchObject({ slotBytes: [64, 64], peakBytes: 128, sumBytes: 640 });
  });

  it('takes the smallest free slot that is large enough', () => {
    const plan = planMemory([value(400, 0, 1), value(200, 0, 1), value(100, 0, 1), value(150, 2, 3)]);
    expect(plan.slots[3]).toBe(plan.slots[1]);
  });

  it('never enlarges a slot: the largest value opens it', () => {
    const plan = planMemory([value(100, 0, 1), value(200, 0, 1), value(500, 2, 3)]);
    expect(plan.slots[2]).toBe(plan.slots[1]);
    expect(plan.slotBytes).toEqual([500, 100]);
  });

  it('fills a slot without gaps, so that a long free time stays for a long life', () => {
    const plan = planMemory([value(100, 0, 1), value(100, 0, 5), value(50, 6, 7), value(40, 2, 9)]);
    expect(plan).toMatchObject({ slots: [0, 1, 1, 0], peakBytes: 200 });
  });

  it('places nothing for nothing', () => {
    expect(planMemory([])).toEqual({ slots: [], slotBytes: [], peakBytes: 0, sumBytes: 0 });
  });

  it('holds for any lifetimes: every value fits, and no two live values share', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = noise(90, seed).map((v) => (v + 1) / 2);
      const values = Array.from({ length: 30 }, (_, i) => {
        const from = Math.floor(random[3 * i] * 40);
        return value(16 * (1 + Math.floor(random[3 * i + 1] * 20)), from, from + Math.floor(random[3 * i + 2] * 8));
      });
      const { slots, slotBytes, peakBytes, sumBytes } = planMemory(values);
      expect(peakBytes).toBe(slotBytes.reduce((a, b) => a + b, 0));
      expect(peakBytes).toBeLessThanOrEqual(sumBytes);
      values.forEach((a, i) => {
        expect(slotBytes[slots[i]]).toBeGreaterThanOrEqual(a.bytes);
        values.slice(0, i).forEach((b, j) => {
          const bothLive = a.from <= b.to && b.from <= a.to;
          expect(bothLive && slots[i] === slots[j]).toBe(false);
        });
      });
    }
  });
});
