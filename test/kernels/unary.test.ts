import { describe, expect, it } from 'vitest';
import { unary } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { erf } from '../../src/kernels/unary/unary.ref.ts';
import { UNARY_KINDS, type UnaryKind } from '../../src/kernels/unary/unary.ts';
import { unaryChecks, unaryRanges } from '../checks/elementwise.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate, openDevice } from '../setup/evaluate.ts';
import { expectClose, noise } from '../setup/numbers.ts';
import { golden } from '../setup/golden.ts';

const run = async (kind: UnaryKind, x: Float32Array) =>
  (await evaluate((s) => ({ y: unary(kind, s.input(x, [x.length])) }))).y;

describe('unary', () => {
  itPasses(unaryChecks);

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
        expectClose([y[k]], [expected[k]], unaryRanges[kind].bound(x[k], expected[k]) + slack, `${kind}(${x[k]})`);
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
