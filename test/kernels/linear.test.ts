import { describe, expect, it } from 'vitest';
import { linear, linearOp } from '../../src/graph/ops/matmul.ts';
import { BASELINE, PRODUCT_VARIANTS } from '../../src/kernels/target.ts';
import { Graph } from '../../src/graph/record.ts';
import { linearRef } from '../../src/kernels/linear/linear.ref.ts';
import { linear as linearKernel } from '../../src/kernels/linear/linear.ts';
import { largeTile, matrixTile } from '../../src/kernels/shared/gemm/tiles.ts';
import { activationRef } from '../../src/kernels/shared/activations.ref.ts';
import { linearCases } from '../cases/linear.ts';
import { linearBound, linearChecks, linearData, linearTitle, recordLinear } from '../checks/products.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { targetWithAll } from '../setup/targets.ts';
import { asHalf, EPS, expectClose, noise } from '../setup/numbers.ts';
import { deviceFor, hasHalfArithmetic, matrixDevice } from '../setup/variantDevices.ts';

const ways = [
  { name: 'preferred variant', variant: 'preferred', precision: 'f32' },
  { name: 'tiled', variant: 'tiled', precision: 'f32' },
  { name: 'tiled8x8', variant: 'tiled8x8', precision: 'f32' },
  { name: 'preferred variant, f16 weights', variant: 'preferred', precision: 'f16' },
  { name: 'tiled, f16 weights', variant: 'tiled', precision: 'f16' },
  { name: 'tiled8x8, f16 weights', variant: 'tiled8x8', precision: 'f16' },
] as const;

for (const { name, variant, precision } of ways) {
  describe(`linear, ${name}`, () => {
    itPasses(linearChecks, () => deviceFor('linear', variant, precision));
  });
}

// Each program takes lavapipe seconds to compile, so there are few.
for (const { fragmentRows, cases } of [
  { fragmentRows: 16, cases: linearCases.filter(({ K }) => K === 13 || K === 20) },
  { fragmentRows: 8, cases: linearCases.filter(({ K }) => K === 20) },
] as const) {
  describe(`linear, matrix variant with fragments of ${fragmentRows} rows`, () => {
    for (const c of cases) {
      const { rows, K, N, activation } = c;
      it(linearTitle(c), async () => {
        const device = await matrixDevice(fragmentRows);
        const data = { ...linearData(c), x: asHalf(noise(rows * K, 1)) };
        const { y } = await evaluate((s) => ({ y: recordLinear(s, c, data) }), { device });
        const expected = linearRef(data.x, asHalf(data.w), N, K, { ...data, activation });
        expectClose(y, expected, linearBound(K, expected));
      });
    }
  });
}

describe('linear, matrix variant', () => {
  const run = async (x: Float32Array, w: Float32Array, [rows, K, N]: readonly number[]) => {
    const device = await matrixDevice(16);
    return (await evaluate((s) => ({ y: linear(s.input(x, [rows, K]), s.weight(w, [N, K]), null) }), { device })).y;
  };

  it('computes tiles of every size', async () => {
    const found = [];
    for (const [rows, N] of [
      [16384, 132],
      [64, 16384],
      [70, 136],
    ]) {
      const K = 44;
      found.push(matrixTile(rows, N));
      const [x, w] = [asHalf(noise(rows * K, 1)), asHalf(noise(N * K, 2))];
      const expected = linearRef(x, w, N, K);
      expectClose(await run(x, w, [rows, K, N]), expected, linearBound(K, expected));
    }
    expect(found).toMatchObject([
      { rows: 64, columns: 64 },
      { rows: 64, columns: 128 },
      { rows: 128, columns: 128 },
    ]);
  });

  it('rounds x to a neighboring half', async () => {
    const [rows, K, N] = [70, 260, 40];
    const [x, w] = [noise(rows * K, 1), asHalf(noise(N * K, 2))];
    // Each term is off by 2^-10 of itself at most, in a direction of its own; the terms' root mean square is 1/3.
    const rounding = (4 * 2 ** -10 * Math.sqrt(K)) / 3;
    const expected = linearRef(x, w, N, K);
    expectClose(await run(x, w, [rows, K, N]), expected, rounding + linearBound(K, expected));
  });

  it('takes numbers outside the range of halves for the largest half, and keeps NaN', async ({ skip }) => {
    // In the tiled variant, which runs there instead, x stays f32.
    if (!hasHalfArithmetic(await matrixDevice(16))) skip();
    const x = [1e5, -1e9, Infinity, NaN].flatMap((value) => [value, 0, 0, 0]);
    const y = await run(
      Float32Array.from(x),
      Float32Array.from({ length: 16 }, () => 1),
      [4, 4, 4],
    );
    expect([0, 4, 8, 12].map((i) => y[i])).toEqual([65504, -65504, 65504, NaN]);
  });
});

describe('linear', () => {
  it('reads a computed weight', async () => {
    const x = noise(9 * 7, 1);
    const w = noise(10 * 7, 2);
    const { y } = await evaluate((s) => ({ y: linear(s.input(x, [9, 7]), s.input(w, [10, 7]), null) }));
    const expected = linearRef(x, w, 10, 7);
    expectClose(y, expected, linearBound(7, expected));
  });

  it('computes GELU within 1e-7 and a rounding', async () => {
    const x = Float32Array.from({ length: 6001 }, (_, i) => (i - 3000) / 200);
    const { y } = await evaluate((s) => ({
      y: linearOp.record(
        {
          x: s.input(x, [x.length, 1]),
          w: s.weight(new Float32Array([1]), [1, 1]),
          b: null,
          scale: null,
          residual: null,
        },
        { activation: 'gelu' },
      ),
    }));
    x.forEach((v, i) => {
      const error = Math.abs(y[i] - activationRef('gelu', v));
      expect(error, `gelu(${v})`).toBeLessThanOrEqual(1e-7 + EPS * Math.abs(v));
    });
  });

  it('gives the same bits again', async () => {
    const x = noise(40 * 96, 1);
    const w = noise(70 * 96, 2);
    const run = () => evaluate((s) => ({ y: linear(s.input(x, [40, 96]), s.weight(w, [70, 96]), null) }));
    expect((await run()).y).toEqual((await run()).y);
  });

  it('is cut into dispatches that together cover all tiles', () => {
    const x = { shape: [4096, 768], dtype: 'f32' } as const;
    const operands = { x, w: { shape: [3072, 768], dtype: 'f32' } as const, b: null, scale: null, residual: null };
    const tileSizes = { tiled: [64, 64], tiled8x8: [128, 128], subgroup8: [16, 64], matrix: [128, 128] } as const;
    for (const variant of PRODUCT_VARIANTS) {
      const [tileRows, tileColumns] = tileSizes[variant];
      const parts = linearKernel({ ...targetWithAll, linear: variant }, operands, 'none', true);
      const tiles = (4096 / tileRows) * (3072 / tileColumns);
      expect(parts.map((p) => p.params!.firstTile)).toEqual([0, tiles / 3, (2 * tiles) / 3].map(Math.round));
      expect(parts.map((p) => p.params!.endTile)).toEqual([tiles / 3, (2 * tiles) / 3, tiles].map(Math.round));
      expect(parts.reduce((sum, p) => sum + p.flops!, 0)).toBeCloseTo(2 * 4096 * 768 * 3072, -3);
      expect(new Set(parts.map((p) => p.outputs[0])).size).toBe(1);
    }
  });

  it('computes tiles of every size in which a thread has 8 x 8 sums', async () => {
    const device = await deviceFor('linear', 'tiled8x8');
    const found = [];
    for (const [rows, N] of [
      [130, 131],
      [16384, 64],
      [64, 16384],
    ]) {
      const K = 5;
      const c = { rows, K, N };
      found.push(largeTile(rows, N));
      const data = linearData(c);
      const { y } = await evaluate((s) => ({ y: recordLinear(s, c, data) }), { device });
      const expected = linearRef(data.x, data.w, N, K);
      expectClose(y, expected, linearBound(K, expected));
    }
    expect(found).toMatchObject([
      { rows: 128, columns: 128 },
      { rows: 128, columns: 64 },
      { rows: 64, columns: 64 },
    ]);
  });

  it('computes the same when it is cut', async () => {
    const [rows, K, N] = [2048, 768, 2560];
    const x = noise(rows * K, 1);
    const w = noise(N * K, 2);
    const { y } = await evaluate((s) => ({ y: linear(s.input(x, [rows, K]), s.weight(w, [N, K]), null) }));
    const places = Array.from({ length: 64 }, (_, i) => [(i * 420) % rows, (i * 1361) % N]);
    const expected = places.map(
      ([row, n]) => linearRef(x.subarray(row * K, (row + 1) * K), w.subarray(n * K, (n + 1) * K), 1, K)[0],
    );
    const actual = places.map(([row, n]) => y[row * N + n]);
    expectClose(actual, expected, linearBound(K, expected));
  });

  it('names the operand that does not fit', () => {
    const g = new Graph();
    const x = g.input('x', [4, 8]);
    expect(() => linear(x, g.input('w', [3, 7]), null)).toThrow(
      /linear: w is \[3, 7\], x is \[4, 8\] so w must be \[N, 8\]/,
    );
    expect(() => linear(x, g.input('v', [3, 8]), g.input('b', [4]))).toThrow(/linear: bias is \[4\], expected \[3\]/);
    const residual = { shape: [4, 2], dtype: 'f32' } as const;
    const operands = { x, w: g.input('u', [3, 8]), b: null, scale: null, residual };
    expect(() => linearKernel(BASELINE, operands, 'none', false)).toThrow(
      /linear: residual is \[4, 2\], the result is \[4, 3\]/,
    );
  });

  it('refuses what 32-bit indices cannot reach', () => {
    const big = { shape: [2 ** 20, 2 ** 11], dtype: 'f32' } as const;
    const operands = {
      x: big,
      w: { shape: [4, 2 ** 11], dtype: 'f32' } as const,
      b: null,
      scale: null,
      residual: null,
    };
    expect(() => linearKernel(BASELINE, operands, 'none', true)).toThrow(
      /linear: an operand of 2147483648 elements is too large/,
    );
  });
});
