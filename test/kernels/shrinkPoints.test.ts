import { describe, expect, it } from 'vitest';
import { shrinkPoints } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { SHRINK_BOUND, shrinkPointsChecks } from '../checks/points.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { expectClose } from '../setup/numbers.ts';

describe('shrinkPoints', () => {
  itPasses(shrinkPointsChecks);

  it('leaves near points as they are', async () => {
    const x = Float32Array.of(0, 0, 0, 6, -8, 0, 0, 0, 9.999);
    const { y } = await evaluate((s) => ({ y: shrinkPoints(s.input(x, [3, 3]), 10) }));
    expect(y).toEqual(x);
  });

  it('agrees with PyTorch', async () => {
    const fixture = await golden('ops/pointwise');
    const i = fixture.cases.findIndex((c) => c.op === 'shrinkPoints');
    const x = fixture.f32(`${i}.x`);
    const { y } = await evaluate((s) => ({ y: shrinkPoints(s.input(x, [x.length / 3, 3]), 10) }));
    expectClose(y, fixture.f32(`${i}.y`), SHRINK_BOUND + fixture.f64err(`${i}.y`));
  });

  it('names what does not fit', () => {
    const g = new Graph();
    expect(() => shrinkPoints(g.input('x', [3, 4]), 10)).toThrow(/shrinkPoints: x is \[3, 4\]/);
    expect(() => shrinkPoints(g.input('y', [3, 3]), 0)).toThrow(/the limit is 0; it must be positive/);
    expect(() => shrinkPoints(g.input('z', [3, 3], 'u32'), 1)).toThrow(/shrinkPoints: x is u32/);
  });
});
