/** Checks of kernels on points: from mask and depth to what MCC's encoder sees. */
import { maskedStats, normalizePoints, pointMap, seenColors, seenMap } from '../../src/graph/ops/points.ts';
import { maskedStatsRef } from '../../src/kernels/maskedStats/maskedStats.ref.ts';
import { normalizePointsRef } from '../../src/kernels/normalizePoints/normalizePoints.ref.ts';
import { pointAttentionRef } from '../../src/kernels/pointAttention/pointAttention.ref.ts';
import { stateCount } from '../../src/kernels/pointAttention/pointAttention.ts';
import { pointEmbedRef } from '../../src/kernels/pointEmbed/pointEmbed.ref.ts';
import { maskPointsRef, unprojectRef } from '../../src/kernels/pointMap/pointMap.ref.ts';
import { axisTaps } from '../../src/kernels/resize/taps.ts';
import { seenColorsRef } from '../../src/kernels/seenColors/seenColors.ref.ts';
import { seenMapRef } from '../../src/kernels/seenMap/seenMap.ref.ts';
import { shrinkPointsRef } from '../../src/kernels/shrinkPoints/shrinkPoints.ref.ts';
import { pointAttention, pointEmbed, shrinkPoints } from '../../src/pipeline/mcc/ops.ts';
import { pointAttentionCases } from '../cases/pointAttention.ts';
import { pointEmbedCases } from '../cases/pointEmbed.ts';
import { pointCases } from '../cases/points.ts';
import { seenCases } from '../cases/seenMap.ts';
import { EPS, maxAbs, noise } from '../setup/numbers.ts';
import { tapRows } from '../setup/taps.ts';
import { exactly, within, type Expected, type KernelCheck } from './check.ts';

export const pointMapChecks: readonly KernelCheck[] = seenCases.flatMap(({ photo: [H, W] }): KernelCheck[] => [
  {
    kernel: 'pointMap',
    name: `of depth [${H}, ${W}]`,
    prepare() {
      const depth = noise(H * W, 1).map((v) => v + 2);
      const mask = Uint32Array.from({ length: H * W }, (_, i) => (i % 3 ? 0 : 255));
      [2, NaN, Infinity, -Infinity, 0, -1, 1e-42].forEach((d, i) => (depth[3 * i] = d));
      const camera = Float32Array.of(150, 140, W / 2, H / 2);
      return {
        build: (s) => ({
          ...pointMap({ depth: s.input(depth, [H, W]), mask: s.input(mask, [H, W]), intrinsics: s.input(camera, [4]) }),
        }),
        expected() {
          const { points, valid } = unprojectRef(depth, mask, W, camera);
          // The difference is exact or rounds once; the quotient (2.5 units) and the product round.
          return { valid: exactly(valid), points: within(points, 8 * EPS * maxAbs(points)) };
        },
      };
    },
  },
  {
    kernel: 'pointMap',
    name: `of points [${H}, ${W}, 3]`,
    prepare() {
      const given = noise(3 * H * W, 1, 4);
      const mask = Uint32Array.from({ length: H * W }, (_, i) => (i % 4 ? 0 : 7));
      [12, 25, 38].forEach((k, i) => (given[k] = [NaN, Infinity, -Infinity][i]));
      return {
        build: (s) => ({ ...pointMap({ points: s.input(given, [H, W, 3]), mask: s.input(mask, [H, W]) }) }),
        expected() {
          const { points, valid } = maskPointsRef(given, mask);
          return { valid: exactly(valid), points: exactly(Float32Array.from(points)) };
        },
      };
    },
  },
]);

export const maskedStatsChecks: readonly KernelCheck[] = [...pointCases, { count: 1_000_000 }].map(({ count }) => ({
  kernel: 'maskedStats',
  name: `${count} points`,
  prepare() {
    // Far from the origin: mean of squares minus square of mean would lose half of the digits.
    const points = noise(3 * count, 1, 0.2).map((v, k) => v + [0.5, -1, 4][k % 3]);
    const valid = Uint32Array.from({ length: count }, (_, i) => (i % 3 !== 1 ? 1 : 0));
    return {
      build: (s) => ({
        y: maskedStats({ points: s.input(points, [1, count, 3]), mask: s.input(valid, [1, count]) }),
      }),
      expected() {
        const ref = maskedStatsRef(points, valid);
        const part = (from: number, to: number, expected: Expected): Expected => ({
          ...expected,
          error: (actual) => expected.error(actual.slice(from, to)),
        });
        // A chain of 64 and a tree of six in each of two stages; deviations square the error of nothing but differences.
        const mean = part(0, 3, within(ref.slice(0, 3), EPS * 140 * 4.2));
        const number = part(3, 4, exactly(ref.slice(3, 4)));
        const deviation = part(4, 8, within(ref.slice(4), EPS * (140 + 8 * 4.2)));
        const parts = [mean, number, deviation];
        // The largest share of a bound; the number of points must be exact.
        return {
          y: {
            bound: 1,
            error: (y) => Math.max(...parts.map(({ error, bound }) => (bound > 0 ? error(y) / bound : 2 * error(y)))),
          },
        };
      },
    };
  },
}));

export const normalizePointsChecks: readonly KernelCheck[] = pointCases.map(({ count }) => ({
  kernel: 'normalizePoints',
  name: `${count} points`,
  prepare() {
    const points = noise(3 * count, 1, 3);
    const valid = Uint32Array.from({ length: count }, (_, i) => (i % 3 !== 1 ? 1 : 0));
    const stats = Float32Array.of(0.5, -1, 2, count, 0.7, 0.9, 1.1, 0.9);
    return {
      build: (s) => ({
        y: normalizePoints(
          { points: s.input(points, [count, 3]), valid: s.input(valid, [count]) },
          s.input(stats, [8]),
        ),
      }),
      // Two quotients of up to 2.5 units each, and a difference.
      expected: () => ({ y: within(normalizePointsRef(points, valid, stats), EPS * 12 * (5 / 0.9)) }),
    };
  },
}));

const seenStats = Float32Array.of(0.5, -1, 2, 99, 0.7, 0.9, 1.1, 0.9);
/** Two quotients of 2.5 units, seven roundings of the interpolation. */
const seenBound = EPS * 24 * 6;

/** The taps of a box that becomes a square. */
const tapsOf = ({ box, size }: (typeof seenCases)[number]): Uint32Array =>
  axisTaps({ mode: 'bilinear', alignCorners: false, from: Math.max(box[2], box[3]), to: size }).table;

export const seenMapChecks: readonly KernelCheck[] = seenCases.flatMap((c): KernelCheck[] => {
  const { photo, box, size } = c;
  const [H, W] = photo;
  const table = tapsOf(c);
  const mask = Uint32Array.from({ length: H * W }, (_, i) => (i % 17 === 16 ? 0 : 1));
  const expectedOf = (map: ReturnType<typeof maskPointsRef>) => {
    const ref = seenMapRef(map, W, seenStats, tapRows(table), box);
    return { valid: exactly(ref.valid), points: within(ref.points, seenBound) };
  };
  return [
    {
      kernel: 'seenMap',
      name: `of points, [${box}] of [${photo}] to ${size}`,
      prepare() {
        const points = noise(3 * H * W, 1, 3);
        if (H > 1) points[3 * (H * W - 2)] = NaN;
        return {
          build: (s) => ({
            ...seenMap(
              { points: s.input(points, [H, W, 3]), mask: s.input(mask, [H, W]) },
              s.input(seenStats, [8]),
              s.input(table, [size, 4]),
              s.input(Uint32Array.from(box), [4]),
            ),
          }),
          expected: () => expectedOf(maskPointsRef(points, mask)),
        };
      },
    },
    {
      kernel: 'seenMap',
      name: `of depth, [${box}] of [${photo}] to ${size}`,
      prepare() {
        const depth = noise(H * W, 1).map((v) => v + 2);
        const camera = Float32Array.of(150, 140, W / 2, H / 2);
        return {
          build: (s) => ({
            ...seenMap(
              { depth: s.input(depth, [H, W]), mask: s.input(mask, [H, W]), intrinsics: s.input(camera, [4]) },
              s.input(seenStats, [8]),
              s.input(table, [size, 4]),
              s.input(Uint32Array.from(box), [4]),
            ),
          }),
          expected: () => expectedOf(unprojectRef(depth, mask, W, camera)),
        };
      },
    },
  ];
});

export const seenColorsChecks: readonly KernelCheck[] = seenCases.map((c) => ({
  kernel: 'seenColors',
  name: `[${c.box}] of [${c.photo}] to ${c.size}`,
  prepare() {
    const [H, W] = c.photo;
    const table = tapsOf(c);
    const words = Uint32Array.from(noise(H * W, 1), (v) => Math.floor((v + 1) * 2 ** 31));
    return {
      build: (s) => ({
        y: seenColors(s.input(words, [H, W]), s.input(table, [c.size, 4]), s.input(Uint32Array.from(c.box), [4])),
      }),
      expected: () => ({ y: within(seenColorsRef(words, W, tapRows(table), c.box), EPS * 14) }),
    };
  },
}));

/** Root, two quotients of 2.5 units each, three products; nothing lies beyond twice the limit. */
export const SHRINK_BOUND = EPS * 16 * 20;

export const shrinkPointsChecks: readonly KernelCheck[] = pointCases.map(({ count }) => ({
  kernel: 'shrinkPoints',
  name: `${count} points`,
  prepare() {
    const x = noise(3 * count, 1, 14);
    return {
      build: (s) => ({ y: shrinkPoints(s.input(x, [count, 3]), 10) }),
      expected: () => ({ y: within(shrinkPointsRef(x, 10), SHRINK_BOUND) }),
    };
  },
}));

export const pointEmbedChecks: readonly KernelCheck[] = pointEmbedCases.map(({ points: n, E }) => ({
  kernel: 'pointEmbed',
  name: `${n} points to ${E} features; invalid ones, however far, to the replacement`,
  prepare() {
    const points = noise(3 * n, 1, 20);
    const valid = Uint32Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const [w, b, missing] = [noise(3 * E, 2), noise(E, 3, 0.1), noise(E, 4)];
    return {
      build: (s) => ({
        y: pointEmbed(s.input(points, [n, 3]), s.input(valid, [n]), {
          w: s.weight(w, [E, 3]),
          b: s.weight(b, [E]),
          missing: s.weight(missing, [E]),
        }),
      }),
      // Three products of at most 20, and the bias.
      expected: () => ({ y: within(pointEmbedRef(points, valid, w, b, missing), 4 * EPS * 61) }),
    };
  },
}));

export const pointAttentionChecks: readonly KernelCheck[] = pointAttentionCases.map(({ side, window, heads }) => ({
  kernel: 'pointAttention',
  name: `${side} x ${side} points in windows of ${window}, ${heads} heads`,
  prepare() {
    const states = stateCount(window);
    const points = noise(3 * side * side, 1, 2);
    const valid = Uint32Array.from({ length: side * side }, (_, i) => (i % 5 === 0 ? 0 : 1));
    // Variances stay above 1: the form is that of squared lengths.
    const spread = noise((states + 2) * 4, 2, 0.1).map((v, i) => (i % 4 === 3 ? 2 + v : v));
    for (let i = 0; i < 3; i++) spread[4 * states + i] += 1;
    const scores = noise((states + 3) * heads, 3, 2);
    return {
      build: (s) => ({
        y: pointAttention(
          s.input(points, [1, side, side, 3]),
          s.input(valid, [1, side, side]),
          { spread: s.weight(spread, [states + 2, 4]), scores: s.weight(scores, [states + 3, heads]) },
          { window, eps: 1e-6 },
        ),
      }),
      // Logits of up to 14 with a few roundings each, their differences exponentiated; sums of window^2 weights below 1.
      expected: () => ({
        y: within(
          pointAttentionRef(points, valid, spread, scores, { side, window, heads, eps: 1e-6 }),
          8 * EPS * (14 + window) * 2,
        ),
      }),
    };
  },
}));
