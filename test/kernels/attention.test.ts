import { describe, expect, it } from 'vitest';
import { attention, columns } from '../../src/graph/ops/attention.ts';
import { queryAttention } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import {
  attentionRef,
  beitBiasRef,
  decomposedBiasRef,
  queryAttentionRef,
  windowsRef,
} from '../../src/kernels/attention/attention.ref.ts';
import {
  attention as attentionKernel,
  type AttentionOperands,
  type AttentionOptions,
} from '../../src/kernels/attention/attention.ts';
import { isCopy, operand, type Dispatch, type Operand } from '../../src/kernels/dispatch.ts';
import { MATRIX_VARIANTS, type Target } from '../../src/kernels/target.ts';
import { attentionCases, positionCases, queryCases, windowCases } from '../cases/attention.ts';
import { evaluate, testDevice } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';
import { software8 } from '../setup/targets.ts';
import { deviceFor } from '../setup/variantDevices.ts';

/** Columns of rows of S numbers. */
function pick(x: ArrayLike<number>, S: number, from: number, to: number): Float64Array {
  const rows = x.length / S;
  const out = new Float64Array(rows * (to - from));
  for (let i = 0; i < out.length; i++) out[i] = x[Math.floor(i / (to - from)) * S + from + (i % (to - from))];
  return out;
}

/**
 * Relative error of a weight is the absolute error of its logit: sums of `d` products of size 1.7 * 1.7 * scale, plus
 * the bias; a result is a mean of M values below 1 whose rounding adds a sum's error.
 */
const bound = (d: number, M: number, biasSize = 0): number =>
  8 * EPS * (Math.sqrt(d) * 3 + 3 * Math.sqrt(d) + biasSize * 4 + Math.sqrt(M) + 8);

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

    for (const { B, heads, N, M, d } of attentionCases) {
      it(`${B} x ${heads} heads of ${d}, ${N} queries, ${M} keys`, async () => {
        const C = heads * d;
        const q = noise(B * N * C, 1, 1.7);
        const k = noise(B * M * C, 2, 1.7);
        const v = noise(B * M * C, 3);
        const { y } = await evaluate(
          (s) => ({
            y: attention(s.input(q, [B, N, C]), s.input(k, [B, M, C]), s.input(v, [B, M, C]), { heads }),
          }),
          { device: await deviceFor('attention', variant) },
        );
        expectClose(y, attentionRef(q, k, v, { B, N, M, heads }), bound(d, M));
      });
    }

    for (const { heads, height, width, d } of positionCases) {
      it(`decomposed positions ${height} x ${width}, ${heads} heads of ${d}`, async () => {
        const N = height * width;
        const C = heads * d;
        const qkv = noise(N * 3 * C, 1, 1.7);
        const relPosH = noise((2 * height - 1) * d, 2, 0.4);
        const relPosW = noise((2 * width - 1) * d, 3, 0.4);
        const { y } = await evaluate(
          (s) => {
            const t = s.input(qkv, [1, N, 3 * C]);
            return {
              y: attention(columns(t, 0, C), columns(t, C, 2 * C), columns(t, 2 * C, 3 * C), {
                heads,
                bias: {
                  kind: 'decomposed',
                  relPosH: s.weight(relPosH, [2 * height - 1, d]),
                  relPosW: s.weight(relPosW, [2 * width - 1, d]),
                  height,
                  width,
                },
              }),
            };
          },
          { device: await deviceFor('attention', variant) },
        );
        const [q, k, v] = [0, 1, 2].map((i) => pick(qkv, 3 * C, i * C, (i + 1) * C));
        const bias = decomposedBiasRef(q, relPosH, relPosW, C, heads, height, width);
        const expected = attentionRef(q, k, v, { B: 1, N, M: N, heads, bias });
        expectClose(y, expected, bound(d, N, 1.4 * Math.sqrt(d)) * 1.7);
      });

      it(`beit positions ${height} x ${width}, ${heads} heads of ${d}`, async () => {
        const N = height * width + 1;
        const C = heads * d;
        const qkv = noise(N * 3 * C, 4, 1.7);
        const rows = (2 * height - 1) * (2 * width - 1) + 3;
        const table = noise(rows * heads, 5);
        const { y } = await evaluate(
          (s) => {
            const t = s.input(qkv, [1, N, 3 * C]);
            return {
              y: attention(columns(t, 0, C), columns(t, C, 2 * C), columns(t, 2 * C, 3 * C), {
                heads,
                bias: { kind: 'beit', table: s.input(table, [rows, heads]), height, width },
              }),
            };
          },
          { device: await deviceFor('attention', variant) },
        );
        const [q, k, v] = [0, 1, 2].map((i) => pick(qkv, 3 * C, i * C, (i + 1) * C));
        const bias = beitBiasRef(table, heads, height, width);
        expectClose(y, attentionRef(q, k, v, { B: 1, N, M: N, heads, bias }), bound(d, N, 1) * 1.7);
      });
    }

    it('full bias, cross attention, own scale', async () => {
      const [heads, N, M, d] = [3, 10, 37, 8];
      const C = heads * d;
      const q = noise(N * C, 1, 1.7);
      const k = noise(M * C, 2, 1.7);
      const v = noise(M * C, 3);
      const b = noise(heads * N * M, 4);
      const { y } = await evaluate(
        (s) => ({
          y: attention(s.input(q, [1, N, C]), s.input(k, [1, M, C]), s.input(v, [1, M, C]), {
            heads,
            scale: 0.5,
            bias: { kind: 'full', bias: s.input(b, [heads, N, M]) },
          }),
        }),
        { device: await deviceFor('attention', variant) },
      );
      const bias = (_: number, h: number, n: number, m: number) => b[(h * N + n) * M + m];
      expectClose(y, attentionRef(q, k, v, { B: 1, N, M, heads, scale: 0.5, bias }), 2 * bound(d, M, 1));
    });

    for (const { B, heads, height, width, size, d } of windowCases) {
      it(`windows of ${size} in ${B} x ${height} x ${width}, ${heads} heads of ${d}`, async () => {
        const C = heads * d;
        const qkv = noise(B * height * width * 3 * C, 1, 1.7);
        const fill = noise(3 * C, 2);
        const rel = [3, 4].map((seed) => noise((2 * size - 1) * d, seed, 0.4));
        const { y } = await evaluate(
          (s) => {
            const t = s.input(qkv, [B, height * width, 3 * C]);
            const [relPosH, relPosW] = rel.map((table) => s.weight(table, [2 * size - 1, d]));
            return {
              y: attention(columns(t, 0, C), columns(t, C, 2 * C), columns(t, 2 * C, 3 * C), {
                heads,
                bias: { kind: 'decomposed', relPosH, relPosW, height: size, width: size },
                windows: { height, width, size, fill: s.weight(fill, [3 * C]) },
              }),
            };
          },
          { device: await deviceFor('attention', variant) },
        );
        const w = windowsRef(B, height, width, size);
        const rows = w.partition(qkv, fill);
        const [q, k, v] = [0, 1, 2].map((i) => pick(rows, 3 * C, i * C, (i + 1) * C));
        const N = size * size;
        const bias = decomposedBiasRef(q, rel[0], rel[1], C, heads, size, size);
        const expected = w.merge(attentionRef(q, k, v, { B: w.groups, N, M: N, heads, bias }), C);
        expectClose(y, expected, bound(d, N, 1.4 * Math.sqrt(d)) * 1.7);
      });
    }

    for (const { Q, M, heads, d } of queryCases) {
      it(`queries: ${Q} with ${M} seen tokens, ${heads} heads of ${d}`, async () => {
        const C = heads * d;
        const qkv = noise(Q * 3 * C, 1, 1.7);
        const seenK = noise(M * C, 2, 1.7);
        const seenV = noise(M * C, 3);
        const { y } = await evaluate(
          (s) => ({
            y: queryAttention(s.input(qkv, [Q, 3 * C]), s.input(seenK, [1, M, C]), s.input(seenV, [1, M, C]), {
              heads,
            }),
          }),
          { device: await deviceFor('attention', variant) },
        );
        expectClose(y, queryAttentionRef(qkv, seenK, seenV, C, heads), bound(d, M) * 1.7);
      });
    }

    it('large logits do not overflow', async () => {
      const [N, d] = [40, 16];
      const q = noise(N * d, 1, 100);
      const v = noise(N * d, 2);
      const { y } = await evaluate(
        (s) => {
          const x = s.input(q, [1, N, d]);
          return { y: attention(x, x, s.input(v, [1, N, d]), { heads: 1, scale: 1 }) };
        },
        { device: await deviceFor('attention', variant) },
      );
      // Logits of 50000 are known to 0.03 only, but here one key wins each row by more than 100: the answer is its value.
      expectClose(y, attentionRef(q, q, v, { B: 1, N, M: N, heads: 1, scale: 1 }), 4 * EPS);
    });
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
