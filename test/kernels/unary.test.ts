import { describe, expect, it } from 'vitest';
import { unary } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { erf, unaryRef } from '../../src/kernels/unary/unary.ref.ts';
import { UNARY_KINDS, type UnaryKind } from '../../src/kernels/unary/unary.ts';
import { unaryCases } from '../cases/unary.ts';
import { evaluate, openDevice } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';
import { golden } from '../setup/golden.ts';

const run = async (kind: UnaryKind, x: Float32Array) =>
  (await evaluate((s) => ({ y: unary(kind, s.input(x, [x.length])) }))).y;

/** Where each function is used, and the error it may have there. */
const ranges: Record<UnaryKind, { low: number; high: number; bound: (x: number, y: number) => number }> = {
  // The error of erf (about 4 eps) is multiplied by x.
  gelu: { low: -9, high: 9, bound: (x) => 8 * EPS * Math.max(1, Math.abs(x)) },
  relu: { low: -9, high: 9, bound: () => 0 },
  sigmoid: { low: -80, high: 80, bound: (_, y) => 12 * EPS * y },
  softplus: { low: -80, high: 80, bound: (_, y) => 12 * EPS * y },
  sin: { low: -300, high: 300, bound: () => 4 * EPS },
  cos: { low: -300, high: 300, bound: () => 4 * EPS },
  exp: { low: -87, high: 88.5, bound: (_, y) => 6 * EPS * y },
  log: { low: 1e-6, high: 50, bound: (x, y) => 4 * EPS * Math.max(Math.abs(y), Math.min(1, Math.abs(x - 1))) },
  sqrt: { low: 0, high: 50, bound: (_, y) => 4 * EPS * y },
};

describe('unary', () => {
  for (const kind of UNARY_KINDS) {
    it(`${kind} over its range`, async () => {
      const { low, high, bound } = ranges[kind];
      const x = Float32Array.from({ length: 20001 }, (_, i) => low + ((high - low) * i) / 20000);
      const y = await run(kind, x);
      const expected = unaryRef(kind, x);
      for (let i = 0; i < x.length; i++)
        expectClose([y[i]], [expected[i]], bound(x[i], expected[i]), `${kind}(${x[i]})`);
    });
  }

  for (const { count } of unaryCases) {
    it(`relu of ${count} elements is exact`, async () => {
      const x = noise(count, 3, 2);
      expect([...(await run('relu', x))]).toEqual([...Float32Array.from(x, (v) => (v > 0 ? v : 0))]);
    });
  }

  it('gives the same bits however many results an invocation computes', async () => {
    const x = noise(4 * 64 * 9 + 3, 4, 3);
    const [one, four] = await Promise.all(
      (['workgroup', 'lane'] as const).map(async (rows) =>
        evaluate((s) => ({ y: unary('gelu', s.input(x, [x.length])) }), {
          device: await openDevice({ target: { rows } }),
        }),
      ),
    );
    expect(one.y).toEqual(four.y);
  });

  it('stays finite far out', async () => {
    const x = Float32Array.of(-3.4e38, -1000, -106, 89, 1000, 3.4e38);
    expect([...(await run('exp', x))].slice(0, 3)).toEqual([0, 0, 0]);
    expect([...(await run('exp', x))].slice(3).every((v) => v > 3e38 && Number.isFinite(v))).toBe(true);
    expect([...(await run('sigmoid', x))]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...(await run('softplus', x))]).toEqual([0, 0, 0, ...x.slice(3)]);
  });

  it('agrees with PyTorch', async () => {
    const fixture = await golden('ops/pointwise');
    const kinds = fixture.cases.flatMap((c, i) => ((UNARY_KINDS as readonly unknown[]).includes(c.op) ? [i] : []));
    expect(kinds.length).toBe(8);
    for (const i of kinds) {
      const kind = fixture.cases[i].op as UnaryKind;
      const x = fixture.f32(`${i}.x`);
      const y = await run(kind, x);
      const expected = fixture.f32(`${i}.y`);
      // PyTorch's own error comes on top.
      const slack = fixture.f64err(`${i}.y`);
      for (let k = 0; k < x.length; k++) {
        expectClose([y[k]], [expected[k]], ranges[kind].bound(x[k], expected[k]) + slack, `${kind}(${x[k]})`);
      }
    }
  });

  it('refuses integers', () => {
    const g = new Graph();
    expect(() => unary('cos', g.input('x', [3], 'u32'))).toThrow(/cos: x is u32, expected f32/);
  });

  it('has a reference whose erf is right', () => {
    // Abramowitz and Stegun, table 7.1.
    expect(erf(0.5)).toBeCloseTo(0.5204998778, 10);
    expect(erf(2)).toBeCloseTo(0.995322265, 9);
    expect(1 - erf(-3.2)).toBeCloseTo(1.999993974, 9);
  });
});
