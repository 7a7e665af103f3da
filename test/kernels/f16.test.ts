/** Kernels on tensors stored as halves: those that take them against float64, the others by what they refuse. */
import { describe, expect, it } from 'vitest';
import { cast } from '../../src/graph/ops/cast.ts';
import { affine, batchNorm, binary, unary } from '../../src/graph/ops/pointwise.ts';
import { maxOfRow, mean, sum } from '../../src/graph/ops/reduce.ts';
import { layerNorm, softmax } from '../../src/graph/ops/rows.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { affineRef } from '../../src/kernels/affine/affine.ref.ts';
import { attention } from '../../src/kernels/attention/attention.ts';
import { attract } from '../../src/kernels/attract/attract.ts';
import { batchNorm as batchNormKernel } from '../../src/kernels/batchNorm/batchNorm.ts';
import { batchNormRef } from '../../src/kernels/batchNorm/batchNorm.ref.ts';
import { biasTable } from '../../src/kernels/biasTable/biasTable.ts';
import { binaryRef } from '../../src/kernels/binary/binary.ref.ts';
import { binProbabilities } from '../../src/kernels/binProbabilities/binProbabilities.ts';
import { castRef } from '../../src/kernels/cast/cast.ref.ts';
import { conv2d } from '../../src/kernels/conv2d/conv2d.ts';
import { convTranspose2d } from '../../src/kernels/convTranspose2d/convTranspose2d.ts';
import { cumsumRows } from '../../src/kernels/cumsumRows/cumsumRows.ts';
import { operand, type Operand } from '../../src/kernels/dispatch.ts';
import { gatherRows } from '../../src/kernels/gatherRows/gatherRows.ts';
import { layerNormRef } from '../../src/kernels/layerNorm/layerNorm.ref.ts';
import { layerNorm as layerNormKernel } from '../../src/kernels/layerNorm/layerNorm.ts';
import { linear } from '../../src/kernels/linear/linear.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { reduceRef } from '../../src/kernels/reduce/reduce.ref.ts';
import { relativeBias } from '../../src/kernels/relativeBias/relativeBias.ts';
import { resize } from '../../src/kernels/resize/resize.ts';
import { shrinkPoints } from '../../src/kernels/shrinkPoints/shrinkPoints.ts';
import { softmaxRef } from '../../src/kernels/softmax/softmax.ref.ts';
import { softmax as softmaxKernel } from '../../src/kernels/softmax/softmax.ts';
import { sortRows } from '../../src/kernels/sortRows/sortRows.ts';
import { stridedCopy, stridesOf } from '../../src/kernels/stridedCopy/stridedCopy.ts';
import { sweepDecoder } from '../../src/kernels/sweepDecoder/sweepDecoder.ts';
import { BASELINE } from '../../src/kernels/target.ts';
import { temperatureColor } from '../../src/kernels/temperatureColor/temperatureColor.ts';
import { threshold } from '../../src/kernels/threshold/threshold.ts';
import { unaryRef } from '../../src/kernels/unary/unary.ref.ts';
import { gridPoints } from '../../src/kernels/gridPoints/gridPoints.ts';
import { gridPointsAt } from '../../src/kernels/gridPointsAt/gridPointsAt.ts';
import { metricBins } from '../../src/kernels/metricBins/metricBins.ts';
import { normalizePoints } from '../../src/kernels/normalizePoints/normalizePoints.ts';
import { photo } from '../../src/kernels/photo/photo.ts';
import { pointAttention } from '../../src/kernels/pointAttention/pointAttention.ts';
import { pointEmbed } from '../../src/kernels/pointEmbed/pointEmbed.ts';
import { pointMap } from '../../src/kernels/pointMap/pointMap.ts';
import { promptTokens } from '../../src/kernels/promptTokens/promptTokens.ts';
import { renderMesh } from '../../src/kernels/renderMesh/renderMesh.ts';
import { renderPoints } from '../../src/kernels/renderPoints/renderPoints.ts';
import { resizeAxis } from '../../src/kernels/resizeAxis/resizeAxis.ts';
import { resizeMasked } from '../../src/kernels/resizeMasked/resizeMasked.ts';
import { resizePhoto } from '../../src/kernels/resizePhoto/resizePhoto.ts';
import { seenMap } from '../../src/kernels/seenMap/seenMap.ts';
import { evaluate, type Sources } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

const HALF_EPS = 2 ** -11;

const asHalf = (x: Float32Array): Float32Array => Float32Array.from(castRef(x, 'f16'));

/** A result is computed in f32 and rounded to a half once; the smallest halves are 2^-24 apart. */
const bound = (expected: ArrayLike<number>, slack: number): number =>
  HALF_EPS * maxAbs(expected) + 2 ** -25 + slack * (1 + HALF_EPS);

async function check(build: (s: Sources) => Tensor, expected: Float64Array, slack: number): Promise<void> {
  const { y } = await evaluate((s) => {
    const result = build(s);
    expect(result.dtype).toBe('f16');
    return { y: result };
  });
  expectClose(y, expected, bound(expected, slack));
}

describe('halves, element by element', () => {
  const [rows, C] = [5, 7];
  const x = asHalf(noise(rows * C, 1, 3));
  const input = (s: Sources) => s.input(x, [rows, C], 'f16');

  it.each(['gelu', 'relu', 'sigmoid', 'softplus', 'sin', 'cos', 'exp'] as const)('%s', (kind) =>
    check((s) => unary(kind, input(s)), unaryRef(kind, x), 8 * EPS * Math.exp(3)),
  );

  it.each(['add', 'sub', 'mul', 'div', 'min', 'max'] as const)('%s of the same shape, and repeated', async (kind) => {
    const same = asHalf(noise(rows * C, 2, 2).map((v) => v + 3));
    const row = asHalf(noise(C, 3, 2).map((v) => v + 3));
    const shape = [rows, C];
    await check(
      (s) => binary(kind, input(s), s.input(same, shape, 'f16')),
      binaryRef(kind, x, shape, same, shape),
      64 * EPS,
    );
    await check((s) => binary(kind, input(s), s.input(row, [C], 'f16')), binaryRef(kind, x, shape, row, [C]), 64 * EPS);
  });

  it('affine', () => check((s) => affine(input(s), 1.7, -0.3), affineRef(x, 1.7, -0.3), 16 * EPS));

  it.each([7, 8])('batchNorm of %i channels', (channels) => {
    const map = asHalf(noise(6 * channels, 4, 3));
    const [m, g, b] = [5, 6, 7].map((seed) => noise(channels, seed));
    const variance = noise(channels, 8).map((v) => Math.abs(v) + 0.2);
    return check(
      (s) => {
        const [mean, gamma, beta, deviation] = [m, g, b, variance].map((v) => s.weight(v, [channels]));
        return batchNorm(s.input(map, [6, channels], 'f16'), mean, deviation, gamma, beta, 1e-5);
      },
      batchNormRef(map, m, variance, g, b, 1e-5),
      64 * EPS,
    );
  });

  it('a sum beyond their range is the largest half', async () => {
    const { y } = await evaluate((s) => {
      const big = s.input(Float32Array.of(60000, -60000), [2], 'f16');
      return { y: binary('add', big, big) };
    });
    expect(y).toEqual(Float32Array.of(65504, -65504));
  });
});

describe('rows of halves', () => {
  const [rows, C] = [6, 132];
  const x = asHalf(noise(rows * C, 1, 3));
  const input = (s: Sources) => s.input(x, [rows, C], 'f16');

  it('layerNorm', () => {
    const [gamma, beta] = [noise(C, 2), noise(C, 3)];
    return check(
      (s) => layerNorm(input(s), s.weight(gamma, [C]), s.weight(beta, [C]), 1e-6),
      layerNormRef(x, gamma, beta, C, 1e-6),
      8 * EPS * (Math.sqrt(C) + 4) * 3,
    );
  });

  it('softmax', () => check((s) => softmax(input(s), { divisor: 0.7 }), softmaxRef(x, C, 0.7), 64 * EPS));

  it.each([
    ['sum', sum],
    ['mean', mean],
    ['max', maxOfRow],
  ] as const)('%s of short and long rows is f32', async (kind, op) => {
    const long = asHalf(noise(2 * 4099, 4, 60));
    const results = await evaluate((s) => ({ short: op(input(s)), long: op(s.input(long, [2, 4099], 'f16')) }));
    expectClose(results.short, reduceRef(kind, x, C), 8 * EPS * C * 3);
    expectClose(results.long, reduceRef(kind, long, 4099), 8 * EPS * Math.sqrt(4099) * 60 * 64);
  });

  it('in a chain of f32 and f16 agree with f32 alone', async () => {
    const { y } = await evaluate((s) => ({
      y: cast(softmax(cast(affine(cast(input(s), 'f32'), 2, 0), 'f16')), 'f32'),
    }));
    const expected = softmaxRef(asHalf(x.map((v) => 2 * v)), C, 1);
    expectClose(y, expected, bound(expected, 64 * EPS));
  });
});

describe('kernels that cannot take halves say what to do', () => {
  const h = (...shape: number[]): Operand => operand(shape, 'f16');
  const f = (...shape: number[]): Operand => operand(shape);
  const u = (...shape: number[]): Operand => operand(shape, 'u32');
  const none = { b: null, scale: null, residual: null } as const;
  const conv = { stride: 1, padding: 0, groups: 1, activation: 'none', inputActivation: 'none' } as const;
  const whole = (x: Operand) => ({ of: x, from: 0, to: 8 });
  const box = { offset: 0, strides: stridesOf([4, 6]) };

  it.each<[string, () => unknown]>([
    ['linear, odd rows', () => linear(BASELINE, { x: h(4, 6), w: f(4, 6), ...none }, 'none', true)],
    ['linear, odd columns', () => linear(BASELINE, { x: h(4, 8), w: f(3, 8), ...none }, 'none', true)],
    ['linear, w', () => linear(BASELINE, { x: f(4, 8), w: h(4, 8), ...none }, 'none', true)],
    ['linear, residual', () => linear(BASELINE, { x: f(4, 8), w: f(4, 8), ...none, residual: h(4, 4) }, 'none', true)],
    ['matmul, a', () => matmul(BASELINE, h(1, 4, 8), f(1, 8, 4), false)],
    ['conv2d, odd channels', () => conv2d(BASELINE, { x: h(1, 4, 4, 6), w: f(8, 6, 1, 1), ...none }, conv)],
    ['conv2d, groups', () => conv2d(BASELINE, { x: h(1, 4, 4, 8), w: f(8, 4, 1, 1), ...none }, { ...conv, groups: 2 })],
    ['convTranspose2d, odd channels', () => convTranspose2d(BASELINE, h(1, 4, 4, 8), f(8, 6, 1, 1), null, 1)],
    [
      'attention, mixed',
      () => attention(BASELINE, { q: whole(h(1, 4, 8)), k: whole(f(1, 4, 8)), v: whole(f(1, 4, 8)) }, { heads: 1 }),
    ],
    [
      'attention, odd heads',
      () => attention(BASELINE, { q: whole(h(1, 4, 8)), k: whole(h(1, 4, 8)), v: whole(h(1, 4, 8)) }, { heads: 4 }),
    ],
    ['layerNorm, gamma', () => layerNormKernel(BASELINE, f(4, 8), h(8), f(8), 1e-6, true)],
    ['layerNorm, odd rows', () => layerNormKernel(BASELINE, h(4, 7), f(7), f(7), 1e-6, true)],
    ['softmax, odd rows', () => softmaxKernel(BASELINE, h(4, 7), 1)],
    ['batchNorm, mean', () => batchNormKernel(h(4, 8), h(8), f(8), f(8), f(8), 1e-6)],
    ['attract', () => attract(h(1, 2), f(1, 4))],
    ['biasTable', () => biasTable(h(7, 2), u(2, 4), u(2, 4))],
    ['binProbabilities', () => binProbabilities(h(4, 4), f(4), { bins: 4, minTemp: 0.1, maxTemp: 1 })],
    ['cumsumRows', () => cumsumRows(h(4, 8))],
    ['gatherRows, odd rows', () => gatherRows(h(4, 7), u(2))],
    ['gridPoints', () => gridPoints(h(3), u(1), [1, 1, 1], 1)],
    ['gridPointsAt', () => gridPointsAt(h(3), u(1), [1, 1, 1])],
    [
      'metricBins',
      () =>
        metricBins(
          { raw: h(1, 4, 4, 4), coefficients: f(4), centers: f(1, 2, 2, 4), rows: u(4, 4), columns: u(4, 4) },
          { bins: 4, minTemp: 0.1, maxTemp: 1 },
        ),
    ],
    ['normalizePoints', () => normalizePoints(h(4, 3), u(4), f(8))],
    ['photo', () => photo(u(2, 2), h(3, 256), [2, 2])],
    [
      'pointAttention',
      () => pointAttention({ points: h(1, 8, 8, 3), valid: u(1, 8, 8), spread: f(4, 4), scores: f(5, 2) }, 8, 1e-6),
    ],
    ['pointEmbed', () => pointEmbed({ points: h(4, 3), valid: u(4), w: f(8, 3), b: f(8), missing: f(8) })],
    ['pointMap', () => pointMap({ depth: h(2, 2), mask: u(2, 2), intrinsics: f(4) })],
    ['promptTokens', () => promptTokens(h(1, 2, 2), u(1, 2), f(2, 4), f(5, 8), { side: 64, none: 4 })],
    [
      'renderMesh',
      () =>
        renderMesh(
          { vertices: h(4, 3), normals: f(4, 3), triangles: u(4, 3), colors: u(4) },
          { size: { width: 8, height: 8 }, views: [], light: null, samples: 1 },
        ),
    ],
    ['renderPoints', () => renderPoints(h(4, 3), u(4), { width: 8, height: 8 }, 1, [])],
    ['resizeAxis', () => resizeAxis(h(4, 8), 0, u(2, 2), u(2, 2))],
    ['resizeMasked', () => resizeMasked(h(1, 4, 4, 3), u(1, 4, 4), u(2, 4), u(2, 4))],
    ['resizePhoto', () => resizePhoto(u(4, 4), u(2, 4), u(2, 4), h(256))],
    ['seenMap', () => seenMap({ points: f(4, 4, 3), mask: u(4, 4) }, h(8), u(2, 4), u(4))],
    ['relativeBias', () => relativeBias(h(12, 2), 2, 2)],
    ['resize, odd channels', () => resize(BASELINE, h(1, 4, 4, 7), u(4, 4), u(4, 4))],
    ['shrinkPoints', () => shrinkPoints(h(4, 3), 10)],
    ['sortRows', () => sortRows(h(4, 8))],
    ['stridedCopy, odd runs', () => stridedCopy(h(4, 6), h(4, 6), [4, 5], box, box)],
    [
      'sweepDecoder',
      () => sweepDecoder(BASELINE, h(4, 3), f(2, 9, 96), f(10), { heads: 4, eps: 1e-6, shrinkThreshold: 10 }),
    ],
    ['temperatureColor', () => temperatureColor(h(4, 768), 0.1)],
    ['threshold', () => threshold(h(4, 8), 0)],
  ])('%s', (_, lower) => expect(lower).toThrow(/f16[^]*cast\(x, 'f(32|16)'\)/));
});
