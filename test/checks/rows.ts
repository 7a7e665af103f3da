/** Checks of kernels that go along rows. */
import { maxOfRow, mean, sum } from '../../src/graph/ops/reduce.ts';
import { layerNorm, softmax } from '../../src/graph/ops/rows.ts';
import { cumsumRowsRef } from '../../src/kernels/cumsumRows/cumsumRows.ref.ts';
import { layerNormRef } from '../../src/kernels/layerNorm/layerNorm.ref.ts';
import { reduceRef } from '../../src/kernels/reduce/reduce.ref.ts';
import { softmaxRef } from '../../src/kernels/softmax/softmax.ref.ts';
import { sortRowsRef } from '../../src/kernels/sortRows/sortRows.ref.ts';
import { temperatureColorRef } from '../../src/kernels/temperatureColor/temperatureColor.ref.ts';
import { temperatureColor } from '../../src/pipeline/mcc/ops.ts';
import { cumsumRows, sortRows } from '../../src/pipeline/zoeDepth/ops.ts';
import { cumsumRowsCases } from '../cases/cumsumRows.ts';
import { layerNormCases } from '../cases/layerNorm.ts';
import { reduceCases } from '../cases/reduce.ts';
import { softmaxCases } from '../cases/softmax.ts';
import { sortRowsCases } from '../cases/sortRows.ts';
import { EPS, maxAbs, noise } from '../setup/numbers.ts';
import { exactly, within, type KernelCheck } from './check.ts';

/** The mean carries an error of eps * sqrt(C) * |x|, divided by the standard deviation. */
export const layerNormBound = (C: number, xMax: number, deviation: number, yMax: number): number =>
  8 * EPS * (Math.sqrt(C) + 4) * Math.max(1, xMax / deviation) * Math.max(1, yMax);

export const layerNormChecks: readonly KernelCheck[] = layerNormCases.flatMap(({ rows, C }) =>
  [0, 40].map((offset): KernelCheck => ({
    kernel: 'layerNorm',
    entry: 'rows',
    name: `[${rows}, ${C}] around ${offset}`,
    prepare() {
      const x = noise(rows * C, 1, 2).map((v) => v + offset);
      const gamma = noise(C, 2, 0.3).map((v) => v + 1);
      const beta = noise(C, 3, 0.2);
      return {
        build: (s) => ({ y: layerNorm(s.input(x, [rows, C]), s.weight(gamma, [C]), s.weight(beta, [C]), 1e-6) }),
        expected() {
          const values = layerNormRef(x, gamma, beta, C, 1e-6);
          return { y: within(values, layerNormBound(C, 2 + offset, 1.15, maxAbs(values))) };
        },
      };
    },
  })),
);

/** An error of the exponent, which may be up to `spread`, is a relative error of the term; so is that of the sum. */
export const softmaxBound = (C: number, spread: number): number =>
  EPS * (4 * Math.min(spread, 110) + 8 * Math.sqrt(C) + 16);

export const softmaxChecks: readonly KernelCheck[] = softmaxCases.map(({ rows, C, scale, divisor }) => ({
  kernel: 'softmax',
  entry: 'rows',
  name: `[${rows}, ${C}] / ${divisor}, logits up to ${scale}`,
  prepare() {
    const x = noise(rows * C, 1, scale);
    return {
      build: (s) => ({ y: softmax(s.input(x, [rows, C]), { divisor }) }),
      expected: () => ({ y: within(softmaxRef(x, C, divisor), softmaxBound(C, (2 * scale) / divisor)) }),
    };
  },
}));

export const reduceChecks: readonly KernelCheck[] = reduceCases.map(({ rows, C }) => ({
  kernel: 'reduce',
  entry: 'rows',
  name: `[${rows}, ${C}]`,
  prepare() {
    // All positive: a sum in one long chain would be wrong by about C eps times itself.
    const x = noise(rows * C, 1).map((v) => v + 1);
    return {
      build(s) {
        const t = s.input(x, [rows, C]);
        return { sum: sum(t), mean: mean(t), max: maxOfRow(t) };
      },
      expected() {
        // A chain of 64 and a tree of six in each of up to two stages.
        const bound = EPS * 2 * (64 + 6);
        return {
          sum: within(reduceRef('sum', x, C), bound * C),
          mean: within(reduceRef('mean', x, C), bound),
          max: exactly(Float32Array.from(reduceRef('max', x, C))),
        };
      },
    };
  },
}));

/** Each of C additions rounds a partial sum. */
export const cumsumBound = (C: number, sums: ArrayLike<number>): number => C * EPS * maxAbs(sums);

export const cumsumRowsChecks: readonly KernelCheck[] = cumsumRowsCases.map(({ rows, C }) => ({
  kernel: 'cumsumRows',
  name: `[${rows}, ${C}]`,
  prepare() {
    const x = noise(rows * C, 4);
    return {
      build: (s) => ({ y: cumsumRows(s.input(x, [rows, C])) }),
      expected() {
        const sums = cumsumRowsRef(x, C);
        return { y: within(sums, cumsumBound(C, sums)) };
      },
    };
  },
}));

export const sortRowsChecks: readonly KernelCheck[] = sortRowsCases.map(({ rows, C }) => ({
  kernel: 'sortRows',
  name: `[${rows}, ${C}], with equal elements`,
  prepare() {
    const x = noise(rows * C, 3, 20).map((v, i) => (i % 2 ? v : Math.round(v) + 0));
    return {
      build: (s) => ({ y: sortRows(s.input(x, [rows, C])) }),
      expected: () => ({ y: exactly(Float32Array.from(sortRowsRef(x, C))) }),
    };
  },
}));

/** An exponent of up to `spread` is rounded, which is a relative error of its term; 256 terms are added. */
export const temperatureColorBound = (spread: number): number => EPS * (4 * Math.min(spread, 110) + 8 * 16 + 8);

export const temperatureColorChecks: readonly KernelCheck[] = [
  { n: 1, stride: 768, temperature: 1, scale: 1 },
  { n: 23, stride: 769, temperature: 0.1, scale: 6 },
  { n: 5, stride: 772, temperature: 0.1, scale: 90 },
].map(({ n, stride, temperature, scale }) => ({
  kernel: 'temperatureColor',
  name: `[${n}, ${stride}] at ${temperature}`,
  prepare() {
    const logits = noise(n * stride, 1, scale);
    return {
      build: (s) => ({ y: temperatureColor(s.input(logits, [n, stride]), temperature) }),
      expected: () => ({
        y: within(temperatureColorRef(logits, stride, temperature), temperatureColorBound((2 * scale) / temperature)),
      }),
    };
  },
}));
