/** Checks of the sweep's kernels: points of a grid, which to query next, and the decoder. */
import { nearOccupied, gridPointsAt } from '../../src/pipeline/mcc/listOps.ts';
import { gridPoints, sweepDecoder } from '../../src/pipeline/mcc/ops.ts';
import { gridPointsRef } from '../../src/kernels/gridPoints/gridPoints.ref.ts';
import { gridPointsAtRef } from '../../src/kernels/gridPointsAt/gridPointsAt.ref.ts';
import { nearOccupiedRef } from '../../src/kernels/nearOccupied/nearOccupied.ref.ts';
import { packDecoder, packedSize, type DecoderWeights } from '../../src/kernels/sweepDecoder/pack.ts';
import { sweepDecoderRef } from '../../src/kernels/sweepDecoder/sweepDecoder.ref.ts';
import { gridPointsCases } from '../cases/gridPoints.ts';
import { gridPointsAtCases } from '../cases/gridPointsAt.ts';
import { nearOccupiedCases } from '../cases/nearOccupied.ts';
import { sweepDecoderCases } from '../cases/sweepDecoder.ts';
import { EPS, maxAbs, noise } from '../setup/numbers.ts';
import { exactly, within, type KernelCheck } from './check.ts';

/** Coordinates along the axes of a grid, one list for each axis and all of them in one. */
function axesOf(counts: readonly number[]): { parts: Float32Array[]; axes: Float32Array } {
  const parts = counts.map((n, axis) => noise(n, axis + 1, 3));
  return { parts, axes: Float32Array.from(parts.flatMap((a) => [...a])) };
}

export const gridPointsChecks: readonly KernelCheck[] = gridPointsCases.map(({ counts, start, count }) => ({
  kernel: 'gridPoints',
  name: `${count} points from ${start} on of ${counts.join(' x ')}, exactly`,
  prepare() {
    const { parts, axes } = axesOf(counts);
    return {
      build: (s) => ({
        fixed: gridPoints(s.graph, { counts, axes }, start, count),
        given: gridPoints(s.graph, { counts, axes }, s.input(Uint32Array.of(start), [1]), count),
      }),
      expected() {
        const values = exactly(gridPointsRef(parts, start, count));
        return { fixed: values, given: values };
      },
    };
  },
}));

export const gridPointsAtChecks: readonly KernelCheck[] = gridPointsAtCases.map(({ counts, count }) => ({
  kernel: 'gridPointsAt',
  name: `${count} points of ${counts.join(' x ')}, exactly`,
  prepare() {
    const { parts, axes } = axesOf(counts);
    // In no order, some of them beyond the end.
    const indices = Uint32Array.from(noise(count, 5), (v) => Math.floor(((v + 1) / 2) * 1.1 * counts[0] ** 3));
    return {
      build: (s) => ({ y: gridPointsAt({ counts, axes }, s.input(indices, [count])) }),
      expected: () => ({ y: exactly(gridPointsAtRef(parts, indices)) }),
    };
  },
}));

/** Bits for n points, of which about `share` are set. Bits beyond the last point are set, too: nobody may read them. */
function randomBits(n: number, share: number, seed: number): Uint32Array {
  const bits = new Uint32Array(Math.ceil(n / 32)).fill(0xffffffff);
  noise(n, seed).forEach((v, i) => {
    if ((v + 1) / 2 >= share) bits[i >>> 5] &= ~(1 << (i & 31));
  });
  return bits;
}

/** Shares of points that are occupied, and that are queried. */
const bitShares = [
  [0, 0],
  [0.02, 0.1],
  [0.3, 0.5],
  [1, 0],
  [1, 0.5],
] as const;

export const nearOccupiedChecks: readonly KernelCheck[] = nearOccupiedCases.map(({ counts }) => ({
  kernel: 'nearOccupied',
  name: `${counts.join(' x ')} points, exactly`,
  prepare() {
    const n = counts[0] * counts[1] * counts[2];
    const bits = bitShares.map(([share, known]) => [randomBits(n, share, 1), randomBits(n, known, 2)] as const);
    const of = <T>(each: (occupied: Uint32Array, queried: Uint32Array) => T) =>
      Object.fromEntries(bits.map(([occupied, queried], i) => [`shares ${i}`, each(occupied, queried)]));
    return {
      build: (s) => of((o, q) => nearOccupied(s.input(o, [o.length]), s.input(q, [q.length]), counts)),
      expected: () => of((o, q) => exactly(nearOccupiedRef(o, q, counts))),
    };
  },
}));

/** Weights that keep activations near 1. */
function decoderWeights(C: number, depth: number): DecoderWeights {
  let seed = 1;
  const layer = (outputs: number, inputs: number) =>
    [noise(outputs * inputs, seed++, Math.sqrt(3 / inputs)), noise(outputs, seed++, 0.1)] as const;
  const norm = () => [noise(C, seed++, 0.1).map((v) => v + 1), noise(C, seed++, 0.1)] as const;
  const block = () => ({
    norm1: norm(),
    qkv: layer(3 * C, C),
    proj: layer(C, C),
    norm2: norm(),
    fc1: layer(4 * C, C),
    fc2: layer(C, 4 * C),
  });
  return { point: layer(C, 3), norm: norm(), blocks: Array.from({ length: depth }, block) };
}

export const sweepDecoderChecks: readonly KernelCheck[] = sweepDecoderCases.map(({ Q, C, heads, depth, M }) => ({
  kernel: 'sweepDecoder',
  entry: 'attention',
  name: `${Q} queries, ${C} channels, ${heads} heads, ${depth} blocks`,
  prepare() {
    const weights = decoderWeights(C, depth);
    const points = noise(3 * Q, 90, 9);
    const seen = noise(depth * M * 3 * C, 91, 1.5);
    const options = { heads, eps: 1e-6, shrinkThreshold: 10 };
    const size = { channels: C, depth };
    return {
      build: (s) => ({
        y: sweepDecoder(
          s.input(points, [Q, 3]),
          s.input(seen, [depth, M, 3 * C]),
          s.weight(packDecoder(size, weights), [packedSize(size)]),
          options,
        ),
      }),
      expected() {
        const values = sweepDecoderRef(points, seen, weights, options);
        // Errors of sums of up to 4 C terms near 1, of exponents of logits of size sqrt(headDim), over 2 branches a block.
        const growth = 2 * depth * (Math.sqrt(4 * C) + 3 * Math.sqrt(C / heads) + Math.sqrt(M));
        return { y: within(values, 8 * EPS * growth * maxAbs(values)) };
      },
    };
  },
}));
