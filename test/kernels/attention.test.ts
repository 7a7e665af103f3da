import { describe, expect, it } from 'vitest';
import { attention, columns } from '../../src/graph/ops/attention.ts';
import { queryAttention } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import {
  attention as attentionKernel,
  type AttentionOperands,
  type AttentionOptions,
} from '../../src/kernels/attention/attention.ts';
import { isCopy, operand, type Dispatch, type Operand } from '../../src/kernels/dispatch.ts';
import { MATRIX_VARIANTS, type Target } from '../../src/kernels/target.ts';
import { attentionChecks } from '../checks/attention.ts';
import { itPasses } from '../setup/checks.ts';
import { testDevice } from '../setup/evaluate.ts';
import { software8 } from '../setup/targets.ts';
import { deviceFor } from '../setup/variantDevices.ts';

const dispatchesOf = (target: Target, ...[operands, options]: [AttentionOperands, AttentionOptions]): Dispatch[] =>
  attentionKernel(target, operands, options).filter((s): s is Dispatch => !isCopy(s));

for (const variant of MATRIX_VARIANTS) {
  describe(`attention, ${variant} preferred`, () => {
    it('runs the variant that the adapter can', async () => {
      const target = { ...(await testDevice()).target, attention: variant };
      const x = { of: operand([1, 64, 64]), from: 0, to: 64 };
      const [{ variant: found, why }] = dispatchesOf(target, { q: x, k: x, v: x }, { heads: 2 });
      const eight = target.subgroupMinSize === 8 && target.subgroupMaxSize === 8;
      if (variant !== 'subgroup8' || eight) expect([found, why]).toEqual([variant, undefined]);
      else {
        expect(found).toBe('tiled');
        expect(why).toMatch(/^not subgroup8: .*exactly 8 lanes are needed$/);
      }
    });

    itPasses(attentionChecks, () => deviceFor('attention', variant));
  });
}

describe('attention of many tokens', () => {
  it('is several dispatches of some heads each, so that none takes too long', () => {
    const x = { of: operand([1, 4096, 768]), from: 0, to: 768 };
    for (const attention of MATRIX_VARIANTS) {
      const steps = dispatchesOf({ ...software8, attention }, { q: x, k: x, v: x }, { heads: 12 });
      const heads = steps.map((s) => [s.params!.firstHead as number, s.workgroups[1]]);
      expect(heads.length).toBe(attention === 'subgroup8' ? 12 : 1);
      expect(heads.reduce((next, [first, count]) => (first === next ? next + count : NaN), 0)).toBe(12);
      expect(new Set(steps.map((s) => s.outputs[0])).size).toBe(1);
    }
  });
});

describe('attention without textures', () => {
  const chosen = (of: Operand, C: number, options: AttentionOptions, target = software8) => {
    const [{ variant, why }] = dispatchesOf(
      target,
      { q: { of, from: 0, to: C }, k: { of, from: 0, to: C }, v: { of, from: 0, to: C } },
      options,
    );
    return [variant, why];
  };

  it('reads buffers where a tensor would be a texture of too many rows, and says so', () => {
    expect(chosen(operand([1, 32768, 1024]), 1024, { heads: 16 })).toEqual(['subgroup8', undefined]);
    expect(chosen(operand([1, 32769, 1024]), 1024, { heads: 16 })).toEqual([
      'tiled',
      'not subgroup8: q [33555456] would be a texture of 8193 rows, at most 8192 fit',
    ]);
  });

  it('reads buffers where columns are not whole vec4s, and says so', () => {
    expect(chosen(operand([1, 8, 20]), 20, { heads: 4 })).toEqual([
      'tiled',
      'not subgroup8: columns of q, k or v do not start and end at multiples of 4',
    ]);
  });

  it('reads buffers where a full bias is too large, and says so', () => {
    const bias = { kind: 'full', bias: operand([16, 2048, 2048]) } as const;
    expect(chosen(operand([1, 2048, 256]), 256, { heads: 16, bias })).toEqual([
      'tiled',
      'not subgroup8: bias [67108864] would be a texture of 16384 rows, at most 8192 fit',
    ]);
  });

  it('multiplies positions by the plain variant where attention is tiled, and says so', () => {
    const table = operand([3, 8]);
    const x = { of: operand([1, 4, 8]), from: 0, to: 8 };
    const bias = { kind: 'decomposed', relPosH: table, relPosW: table, height: 2, width: 2 } as const;
    const variants = (target: Target) =>
      dispatchesOf(target, { q: x, k: x, v: x }, { heads: 1, bias }).map(({ kernel, variant, why }) => [
        kernel,
        variant,
        why,
      ]);
    expect(variants(software8)).toEqual([
      ['relativeTerms', 'subgroup8', undefined],
      ['attention', 'subgroup8', undefined],
    ]);
    const lanes16 = 'subgroups here have 16 to 16 lanes; exactly 8 lanes are needed';
    expect(variants({ ...software8, subgroupMinSize: 16, subgroupMaxSize: 16 })).toEqual([
      ['relativeTerms', 'plain', 'not subgroup8: q is not in a texture'],
      ['attention', 'tiled', `not subgroup8: ${lanes16}`],
    ]);
  });
});

describe('attention checks', () => {
  const g = new Graph();
  const x = g.input('x', [1, 12, 24]);
  const c = (from: number, to: number) => columns(x, from, to);

  it('names what does not fit', () => {
    expect(() => attention(c(0, 8), c(8, 16), c(16, 24), { heads: 3 })).toThrow(/do not split into 3 heads/);
    expect(() => attention(c(0, 8), c(8, 16), c(16, 20), { heads: 2 })).toThrow(/q has 8 columns, k 8 and v 4/);
    expect(() => attention(c(0, 8), c(8, 16), c(16, 32), { heads: 2 })).toThrow(/v is columns 16 to 32/);
    expect(() => attention(x.reshape([12, 24]), x, x, { heads: 2 })).toThrow(/expected 3 axes/);
    const two = g.input('two', [2, 6, 24]);
    expect(() => attention(x, two, two, { heads: 2 })).toThrow(/their batch sizes or token counts differ/);
    const wide = g.input('wide', [1, 4, 96]);
    expect(() => attention(wide, wide, wide, { heads: 1 })).toThrow(/at most 80/);
  });

  it('names a bias that does not fit', () => {
    const table = g.input('table', [7, 2]);
    const grid = { height: 3, width: 4 };
    const d4 = g.input('d4', [5, 4]);
    const d3 = g.input('d3', [5, 3]);
    const run = (bias: Parameters<typeof attention>[3]['bias']) => () =>
      attention(c(0, 8), c(8, 16), c(16, 24), { heads: 2, bias });
    expect(run({ kind: 'full', bias: table })).toThrow(/bias is \[7, 2\], expected \[2, 12, 12\]/);
    expect(run({ kind: 'beit', table, ...grid })).toThrow(/position bias of 3 x 4 is for 13/);
    expect(run({ kind: 'beit', table, height: 1, width: 11 })).toThrow(/table is \[7, 2\], expected \[24, 2\]/);
    expect(run({ kind: 'decomposed', relPosH: d4, relPosW: d4, ...grid })).toThrow(/needs 5 and 7 rows/);
    expect(run({ kind: 'decomposed', relPosH: d3, relPosW: g.input('w7', [7, 4]), ...grid })).toThrow(/a head has 4/);
  });

  it('names windows that do not fit', () => {
    const run =
      (windows: Parameters<typeof attention>[3]['windows'], k = c(8, 16)) =>
      () =>
        attention(c(0, 8), k, c(16, 24), { heads: 2, windows });
    const fill = g.input('fill', [24]);
    const other = columns(g.input('other', [1, 12, 24]), 8, 16);
    expect(run({ height: 3, width: 4, size: 2, fill }, other)).toThrow(/k is in another/);
    expect(run({ height: 3, width: 5, size: 2, fill })).toThrow(/has 15 tokens/);
    expect(run({ height: 3, width: 4, size: 0, fill })).toThrow(/windows have side 0/);
    expect(run({ height: 3, width: 4, size: 2, fill: g.input('short', [8]) })).toThrow(
      /fill is \[8\], expected \[24\]/,
    );
    expect(() => queryAttention(x.reshape([12, 24]), c(0, 16), c(0, 16), { heads: 2 })).toThrow(
      /expected \[1, Q, 48\]/,
    );
    expect(() => queryAttention(x, x, x, { heads: 2 })).toThrow(/expected \[Q, 3C\]/);
  });
});
