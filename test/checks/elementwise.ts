/** Checks of kernels that compute each element from one element of each operand. */
import { recordKernel } from '../../src/graph/evaluate.ts';
import { cast } from '../../src/graph/ops/cast.ts';
import { affine, batchNorm, binary, clamp, unary } from '../../src/graph/ops/pointwise.ts';
import { threshold } from '../../src/graph/ops/points.ts';
import { nonFinite } from '../../src/graph/ops/reduce.ts';
import { affineRef } from '../../src/kernels/affine/affine.ref.ts';
import { batchNormRef } from '../../src/kernels/batchNorm/batchNorm.ref.ts';
import { binaryRef } from '../../src/kernels/binary/binary.ref.ts';
import { BINARY_KINDS } from '../../src/kernels/binary/binary.ts';
import { castRef } from '../../src/kernels/cast/cast.ref.ts';
import { size } from '../../src/kernels/check.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import { fillRef } from '../../src/kernels/fill/fill.ref.ts';
import { fill } from '../../src/kernels/fill/fill.ts';
import { nonFiniteRef } from '../../src/kernels/nonFinite/nonFinite.ref.ts';
import { thresholdRef } from '../../src/kernels/threshold/threshold.ref.ts';
import { unaryRef } from '../../src/kernels/unary/unary.ref.ts';
import { UNARY_KINDS, type UnaryKind } from '../../src/kernels/unary/unary.ts';
import { affineCases } from '../cases/affine.ts';
import { batchNormCases } from '../cases/batchNorm.ts';
import { binaryCases } from '../cases/binary.ts';
import { castCases } from '../cases/cast.ts';
import { fillCases } from '../cases/fill.ts';
import { pointCases } from '../cases/points.ts';
import { unaryCases } from '../cases/unary.ts';
import { EPS, maxAbs, noise } from '../setup/numbers.ts';
import { exactly, within, withinEach, type Expected, type KernelCheck } from './check.ts';

export const affineChecks: readonly KernelCheck[] = affineCases.map(({ count }) => ({
  kernel: 'affine',
  name: `${count} elements`,
  prepare() {
    const x = noise(count, 1, 4);
    return {
      build(s) {
        const t = s.input(x, [count]);
        return { linear: affine(t, 1.7, -0.3), limited: clamp(t, -1, 2.5) };
      },
      expected: () => ({
        // Scale and offset are rounded to float32; a product and a sum are rounded.
        linear: within(affineRef(x, 1.7, -0.3), 4 * EPS * 8),
        limited: exactly(Float32Array.from(affineRef(x, 1, 0, -1, 2.5))),
      }),
    };
  },
}));

export const binaryChecks: readonly KernelCheck[] = binaryCases.map(({ a, b }) => ({
  kernel: 'binary',
  name: `[${a}] with [${b}]`,
  prepare() {
    const x = noise(size({ shape: a }), 1, 3);
    const z = noise(size({ shape: b }), 2, 3).map((v) => v + Math.sign(v)); // nothing to divide by is near 0
    return {
      build(s) {
        const [p, q] = [s.input(x, a), s.input(z, b)];
        return Object.fromEntries(BINARY_KINDS.map((kind) => [kind, binary(kind, p, q)]));
      },
      expected: () =>
        Object.fromEntries(
          BINARY_KINDS.map((kind): [string, Expected] => {
            const values = Float32Array.from(binaryRef(kind, x, a, z, b));
            // WGSL allows a quotient 2.5 units in the last place.
            const quotient = (i: number) => 6 * EPS * Math.abs(values[i]);
            return [kind, kind === 'div' ? withinEach(values, quotient) : exactly(values)];
          }),
        ),
    };
  },
}));

/** Where each function is used, and the error it may have there. */
export const unaryRanges: Readonly<
  Record<UnaryKind, { low: number; high: number; bound: (x: number, y: number) => number }>
> = {
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

export const unaryChecks: readonly KernelCheck[] = [
  ...UNARY_KINDS.map((kind): KernelCheck => ({
    kernel: 'unary',
    name: `${kind} over its range`,
    prepare() {
      const { low, high, bound } = unaryRanges[kind];
      const x = Float32Array.from({ length: 20001 }, (_, i) => low + ((high - low) * i) / 20000);
      return {
        build: (s) => ({ y: unary(kind, s.input(x, [x.length])) }),
        expected() {
          const values = unaryRef(kind, x);
          return { y: withinEach(values, (i) => bound(x[i], values[i])) };
        },
      };
    },
  })),
  ...unaryCases.map(({ count }): KernelCheck => ({
    kernel: 'unary',
    name: `relu of ${count} elements is exact`,
    prepare() {
      const x = noise(count, 3, 2);
      return {
        build: (s) => ({ y: unary('relu', s.input(x, [count])) }),
        expected: () => ({ y: exactly(Float32Array.from(x, (v) => (v > 0 ? v : 0))) }),
      };
    },
  })),
];

export const batchNormChecks: readonly KernelCheck[] = batchNormCases.map(({ rows, C }) => ({
  kernel: 'batchNorm',
  name: `[${rows}, ${C}]`,
  prepare() {
    const x = noise(rows * C, 1, 2);
    const mean = noise(C, 2, 0.1);
    const variance = noise(C, 3, 0.3).map((v) => v + 1);
    const gamma = noise(C, 4, 0.1).map((v) => v + 1);
    const beta = noise(C, 5, 0.1);
    return {
      build(s) {
        const [m, v, g, b] = [mean, variance, gamma, beta].map((data) => s.weight(data, [C]));
        return { y: batchNorm(s.input(x, [rows, C]), m, v, g, b, 1e-5) };
      },
      expected() {
        const values = batchNormRef(x, mean, variance, gamma, beta, 1e-5);
        // Seven roundings, of which the root and the quotient count double.
        return { y: within(values, 10 * EPS * maxAbs(values)) };
      },
    };
  },
}));

const castOf = (name: string, x: Float32Array): KernelCheck => ({
  kernel: 'cast',
  name: `rounds as the host does: ${name}`,
  prepare: () => ({
    build(s) {
      const half = cast(s.input(x, [x.length]), 'f16');
      return { half, back: cast(half, 'f32') };
    },
    expected() {
      const values = Float32Array.from(castRef(x, 'f16'));
      return { half: exactly(values), back: exactly(values) };
    },
  }),
});

export const castChecks: readonly KernelCheck[] = [
  ...castCases.map(({ name, x }) => castOf(name, Float32Array.from(x))),
  castOf(
    'numbers of all sizes',
    noise(40001, 1).map((v, i) => v * 2 ** ((i % 44) - 26)),
  ),
];

export const fillChecks: readonly KernelCheck[] = fillCases.map(({ count }) => ({
  kernel: 'fill',
  name: `${count} elements`,
  prepare: () => ({
    build: (s) => ({
      floats: recordKernel(s.graph, {}, () => [fill(operand([count], 'f32'), -1.5)])[0],
      words: recordKernel(s.graph, {}, () => [fill(operand([count], 'u32'), 0xfffffffe)])[0],
    }),
    expected: () => ({ floats: exactly(fillRef(count, -1.5)), words: exactly(fillRef(count, 0xfffffffe)) }),
  }),
}));

export const thresholdChecks: readonly KernelCheck[] = pointCases.map(({ count }) => ({
  kernel: 'threshold',
  name: `${count} numbers`,
  prepare() {
    const x = noise(count, 1, 2);
    return {
      build: (s) => ({ y: threshold(s.input(x, [count]), 0.25) }),
      expected: () => ({ y: exactly(thresholdRef(x, 0.25)) }),
    };
  },
}));

export const nonFiniteChecks: readonly KernelCheck[] = [1, 4, 5, 4099, 4096 * 256 + 7].flatMap((count) =>
  [0, 3].map((bad): KernelCheck => ({
    kernel: 'nonFinite',
    name: `${bad} or fewer NaN and infinities among ${count} numbers`,
    prepare() {
      const x = noise(count, 3, 1e30);
      [NaN, Infinity, -Infinity].slice(0, bad).forEach((value, i) => (x[(i * 1031 + count - 1) % count] = value));
      return {
        build: (s) => ({ counts: nonFinite(s.input(x, [count])) }),
        expected: () => ({
          counts: {
            bound: 0,
            error: (counts) => Math.abs(Array.from(counts).reduce((sum, n) => sum + n, 0) - nonFiniteRef(x)),
          },
        }),
      };
    },
  })),
);
